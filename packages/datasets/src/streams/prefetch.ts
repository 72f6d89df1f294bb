// Reads a stream ahead, so that its items are there when they are asked for.
import { expectPositiveWhole } from '../positive-whole.ts';
import { type Stream, streamBy } from './stream.ts';

/** A state of the stream at most `count` items before a place, and how many items lie between. */
type State = { readonly from: object; readonly passed: number };

/**
 * The same items, of which up to `count` are read before they are asked for: while a model trains on one batch, the next
 * is read. Its state is that of the items taken, not of those read ahead.
 *
 * @throws RangeError if count is not a whole number of 1 or more
 */
export function prefetch<T>(items: Stream<T>, count: number): Stream<T> {
  expectPositiveWhole('count', count);
  return streamBy<T, State>('prefetched', (state) => {
    const reading = items.open(state?.from);
    let place: State = state ?? { from: reading.state(), passed: 0 }; // after the item taken last
    let mark = { from: place.from, passed: 0 }; // after the item read last
    const readOne = async () => {
      // A state for every item would cost more than the item, for some streams.
      if (mark.passed === count) mark = { from: reading.state(), passed: 0 };
      const result = await reading.next();
      if (!result.done) mark = { ...mark, passed: mark.passed + 1 };
      return { result, after: mark };
    };
    async function* ahead() {
      const waiting: ReturnType<typeof readOne>[] = [];
      let last: Promise<unknown> = Promise.resolve();
      const ask = () => {
        const next = last.then(readOne);
        next.catch(() => {}); // it is thrown when its turn comes
        last = next;
        waiting.push(next);
      };
      try {
        for (let i = 0; i < (state?.passed ?? 0); i++) await readOne();
        for (let i = 0; i < count; i++) ask();
        for (let next = waiting.shift(); next; next = waiting.shift()) {
          const { result, after } = await next;
          if (result.done) return;
          ask();
          place = after;
          yield result.value;
        }
      } finally {
        await reading.return();
      }
    }
    return { items: ahead(), state: () => place };
  });
}
