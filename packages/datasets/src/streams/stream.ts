// Streams: items one after the other, for data that has no known length or does not fit into memory.
import type { Dataset } from '../dataset.ts';

/** Items that can be read from the start as often as one likes, and from any place that was saved. */
export interface Stream<T> extends AsyncIterable<T> {
  /**
   * Begins at the start, or where an earlier reading's `state()` was.
   *
   * @throws TypeError if it is the state of another kind of stream
   */
  open(state?: object): Reading<T>;
}

/** One pass over a stream. Ending it early, with `return()` or by leaving a loop, lets go of what it reads. */
export interface Reading<T> extends AsyncGenerator<T, void> {
  /** The place after the item that was read last. JSON keeps it. */
  state(): object;
}

/** A stream from what opens it: the items from a state on, and the state after the last of them. */
export function streamBy<T, S extends object>(
  kind: string,
  open: (state: S | undefined) => { readonly items: AsyncGenerator<T, void>; state(): S },
): Stream<T> {
  const stream: Stream<T> = {
    open(saved) {
      const { items, state } = open(stateOf<S>(kind, saved));
      return Object.assign(items, { state: () => ({ kind, ...state() }) });
    },
    [Symbol.asyncIterator]: () => stream.open(),
  };
  return stream;
}

function stateOf<S extends object>(kind: string, saved: (object & { kind?: unknown }) | undefined): S | undefined {
  if (saved === undefined || saved?.kind === kind) return saved as S | undefined;
  throw new TypeError(`Expected the state of a stream of kind ${kind}, got ${JSON.stringify(saved?.kind ?? saved)}`);
}

/** The items of a dataset or a list, in order. */
export function streamOf<T>(items: readonly T[]): Stream<T>;
export function streamOf<T>(items: Dataset<T>): Stream<T>;
export function streamOf<T>(items: Dataset<T> | readonly T[]): Stream<T> {
  return streamBy<T, { readonly next: number }>('items', ({ next } = { next: 0 }) => {
    async function* rest() {
      while (next < items.length) yield items.at(next++) as T; // a list's `at` gives undefined only past its end
    }
    return { items: rest(), state: () => ({ next }) };
  });
}

/**
 * Whatever can be iterated again and gives the same each time: `streamFrom(() => lines())`. Going on from a place passes
 * over all items before it.
 */
export function streamFrom<T>(iterate: () => Iterable<T> | AsyncIterable<T>): Stream<T> {
  return streamBy<T, { readonly taken: number }>('iterated', (state) => {
    let taken = 0;
    async function* rest() {
      for await (const item of iterate()) {
        taken++;
        if (taken > (state?.taken ?? 0)) yield item;
      }
    }
    return { items: rest(), state: () => ({ taken: Math.max(taken, state?.taken ?? 0) }) };
  });
}

/** Whether this is a stream, not a dataset. */
export function isStream<T>(items: Stream<T> | Dataset<T>): items is Stream<T> {
  return 'open' in items;
}
