// Datasets and streams made from others: changed, chosen, joined, shortened. Nothing is copied or computed ahead.
import { type Dataset, expectIndex, renumbered } from './dataset.ts';
import { lastAtMost } from './document-windows.ts';
import { isStream, type Stream, streamBy } from './streams/stream.ts';

type From = { readonly from: object };

/** The values a list has, as a dataset. */
export function datasetOf<T>(items: readonly T[]): Dataset<T> {
  const { length } = items;
  return {
    length,
    at(index) {
      expectIndex(index, length);
      return items[index];
    },
  };
}

/** Each item changed, whenever it is asked for: `map(lines, (line) => tokenizer.encode(line))`. */
export function map<T, U>(items: Dataset<T>, change: (item: T) => U): Dataset<U>;
export function map<T, U>(items: Stream<T>, change: (item: T) => U | Promise<U>): Stream<U>;
export function map<T, U>(items: Dataset<T> | Stream<T>, change: (item: T) => U): Dataset<U> | Stream<U> {
  if (!isStream(items)) return { length: items.length, at: (index) => change(items.at(index)) };
  return streamBy<U, From>('mapped', (state) => {
    const reading = items.open(state?.from);
    async function* changed() {
      for await (const item of reading) yield change(item);
    }
    return { items: changed(), state: () => ({ from: reading.state() }) };
  });
}

/** The items that pass. Of a dataset, each is looked at once, at the start: its length tells how many passed. */
export function filter<T>(items: Dataset<T>, passes: (item: T) => boolean): Dataset<T>;
export function filter<T>(items: Stream<T>, passes: (item: T) => boolean | Promise<boolean>): Stream<T>;
export function filter<T>(
  items: Dataset<T> | Stream<T>,
  passes: (item: T) => boolean | Promise<boolean>,
): Dataset<T> | Stream<T> {
  if (!isStream(items)) {
    const kept: number[] = [];
    for (let i = 0; i < items.length; i++) if (passes(items.at(i))) kept.push(i);
    return subset(items, kept);
  }
  return streamBy<T, From>('filtered', (state) => {
    const reading = items.open(state?.from);
    async function* passing() {
      for await (const item of reading) if (await passes(item)) yield item;
    }
    return { items: passing(), state: () => ({ from: reading.state() }) };
  });
}

/** One after the other. */
export function concat<T>(...parts: readonly Dataset<T>[]): Dataset<T>;
export function concat<T>(...parts: readonly Stream<T>[]): Stream<T>;
export function concat<T>(...parts: readonly Dataset<T>[] | readonly Stream<T>[]): Dataset<T> | Stream<T> {
  return parts.some(isStream) ? concatStreams(parts as Stream<T>[]) : concatDatasets(parts as Dataset<T>[]);
}

function concatDatasets<T>(parts: readonly Dataset<T>[]): Dataset<T> {
  let length = 0;
  const first = parts.map((part) => {
    const start = length;
    length += part.length;
    return start;
  });
  return {
    length,
    at(index) {
      expectIndex(index, length);
      const part = lastAtMost(first, index);
      return parts[part].at(index - first[part]);
    },
  };
}

function concatStreams<T>(parts: readonly Stream<T>[]): Stream<T> {
  return streamBy<T, { readonly part: number } & From>('concatenated', (state) => {
    let part = state?.part ?? 0;
    let reading = parts[part].open(state?.from);
    async function* joined() {
      while (true) {
        yield* reading;
        if (part === parts.length - 1) return;
        reading = parts[++part].open();
      }
    }
    return { items: joined(), state: () => ({ part, from: reading.state() }) };
  });
}

/**
 * The items of these numbers, in this order: `subset(data, [3, 0, 3])`.
 *
 * @throws RangeError if there is no item of one of the numbers
 */
export function subset<T>(items: Dataset<T>, indices: ArrayLike<number>): Dataset<T> {
  for (let i = 0; i < indices.length; i++) expectIndex(indices[i], items.length);
  return renumbered(items, indices.length, (index) => indices[index]);
}

/** The first `count` items, or all if there are fewer. */
export function take<T>(items: Dataset<T>, count: number): Dataset<T>;
export function take<T>(items: Stream<T>, count: number): Stream<T>;
export function take<T>(items: Dataset<T> | Stream<T>, count: number): Dataset<T> | Stream<T> {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(`Expected count to be a whole number from 0 up, got ${count}`);
  }
  if (!isStream(items)) return renumbered(items, Math.min(count, items.length), (index) => index);
  return streamBy<T, { readonly taken: number } & From>('taken', (state) => {
    const reading = items.open(state?.from);
    let taken = state?.taken ?? 0;
    async function* first() {
      try {
        while (taken < count) {
          const { done, value } = await reading.next();
          if (done) return;
          taken++;
          yield value;
        }
      } finally {
        await reading.return();
      }
    }
    return { items: first(), state: () => ({ taken, from: reading.state() }) };
  });
}
