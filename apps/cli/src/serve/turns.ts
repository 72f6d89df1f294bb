// Takes turns: a few pieces of work at once, a limited number that wait for them in order.
import { ApiError } from './api-error.ts';

export type Turns = {
  /**
   * Does the work when it is its turn.
   *
   * @throws ApiError 429 where too many wait already, 503 after `close`; the signal's reason where it is aborted before
   */
  take<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Throws what `take` would throw at once. */
  expectRoom(): void;
  /** Lets what runs come to its end, and refuses what waits or comes later. */
  close(): void;
};

export function turns({ atOnce, waiting: most }: { readonly atOnce: number; readonly waiting: number }): Turns {
  type Waiting = { readonly start: () => void; readonly refuse: (reason: unknown) => void };
  const waiting = new Set<Waiting>();
  let running = 0;
  let closed = false;
  const closing = () => new ApiError(503, 'The server is about to end');

  const wait = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const leave = () => one.refuse(signal.reason);
      const settle = (end: () => void) => {
        waiting.delete(one);
        signal.removeEventListener('abort', leave);
        end();
      };
      const one: Waiting = {
        start: () => settle(resolve),
        refuse: (reason) => settle(() => reject(reason)),
      };
      waiting.add(one);
      signal.addEventListener('abort', leave);
    });

  const expectRoom = () => {
    if (closed) throw closing();
    if (running < atOnce || waiting.size < most) return;
    throw new ApiError(429, `Expected at most ${most} requests to wait, got one more: try again later`);
  };

  return {
    expectRoom,
    async take(work, signal) {
      signal.throwIfAborted();
      expectRoom();
      if (running < atOnce) running++;
      else await wait(signal);
      try {
        return await work();
      } finally {
        const [next] = waiting;
        if (next)
          next.start(); // its turn is this one's
        else running--;
      }
    },
    close() {
      closed = true;
      for (const one of [...waiting]) one.refuse(closing());
    },
  };
}
