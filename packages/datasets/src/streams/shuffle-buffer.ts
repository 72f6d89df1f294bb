// An approximate shuffle for streams: each item is drawn from those that wait in a buffer.
import { expectPositiveWhole } from '../positive-whole.ts';
import { type DrawsState, type PassGenerator, passDraws } from './pass-draws.ts';
import { type Stream, streamBy } from './stream.ts';

type State = {
  readonly drawn: DrawsState;
  /** The stream's state before the oldest item that waits, and that item's number. */
  readonly from: object;
  readonly oldest: number;
  /** The numbers of the items that wait, place by place. */
  readonly waiting: readonly number[];
  /** How many items have been read. */
  readonly read: number;
};

/** An item that waits. */
type Waiting<T> = { readonly item: T; readonly number: number; readonly before: object };

/**
 * Fills a buffer with `size` items, then gives one of them at random and puts the next in its place, as tf.data and
 * Hugging Face's datasets do. An item can come out much later than it went in, but at most `size - 1` places earlier.
 *
 * Each pass has a generator of its own, with a seed drawn from `generator` when it is opened. A state holds the places of
 * the waiting items, not the items: going on reads them again, from the oldest of them on.
 *
 * @throws RangeError if size is not a whole number of 1 or more, or, on going on, if the stream has become shorter
 */
export function shuffleBuffer<T>(
  items: Stream<T>,
  { size, generator }: { readonly size: number; readonly generator: PassGenerator },
): Stream<T> {
  expectPositiveWhole('size', size);
  return streamBy<T, State>('shuffled', (state) => {
    const draws = passDraws(generator, state?.drawn);
    const from = items.open(state?.from);
    const buffer: Waiting<T>[] = [];
    let read = state?.oldest ?? 0;
    let begun = false;

    const readOne = async (): Promise<Waiting<T> | undefined> => {
      const before = from.state();
      const { done, value } = await from.next();
      return done ? undefined : { item: value, number: read++, before };
    };
    /** Reads what waited again, into the places where it was. */
    const refill = async ({ waiting, read: end }: State) => {
      const places = new Map(waiting.map((number, place) => [number, place]));
      while (read < end) {
        const next = await readOne();
        if (!next) throw new RangeError(`Expected at least ${end} items, got ${read}: go on with the stream of before`);
        const place = places.get(next.number);
        if (place !== undefined) buffer[place] = next;
      }
    };
    async function* shuffled() {
      begun = true;
      try {
        if (state) await refill(state);
        for (let next = await readOne(); next; next = await readOne()) {
          if (buffer.length < size) {
            buffer.push(next);
            continue;
          }
          const place = draws.draw() % size;
          const { item } = buffer[place];
          buffer[place] = next;
          yield item;
        }
        while (buffer.length > 0) {
          const place = draws.draw() % buffer.length;
          const { item } = buffer[place];
          const last = buffer.pop() as Waiting<T>;
          if (place < buffer.length) buffer[place] = last;
          yield item;
        }
      } finally {
        await from.return();
      }
    }
    return {
      items: shuffled(),
      state() {
        if (state && !begun) return state;
        const oldest = buffer.reduce((least, one) => (one.number < least.number ? one : least), {
          number: read,
          before: from.state(),
        });
        return {
          drawn: draws.state(),
          from: oldest.before,
          oldest: oldest.number,
          waiting: buffer.map(({ number }) => number),
          read,
        };
      },
    };
  });
}
