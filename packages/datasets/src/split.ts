// Splits: a corpus in parts, so that a model is judged on text it was not trained on.
import { type Dataset, renumbered } from './dataset.ts';
import type { RandomGenerator } from './random-generator.ts';

/** A part for each fraction: two fractions give a pair. */
export type Parts<Fractions extends readonly number[], Part> = { -readonly [K in keyof Fractions]: Part };

/**
 * Cuts items into consecutive parts, every item in exactly one. The k-th cut lies at floor(n · the sum of the first k
 * fractions): `split(ids, [0.9, 0.1])` is nanoGPT's int(0.9·n) tokens to train on, and the rest.
 *
 * A token stream gives views of itself. Lists and datasets can be shuffled first, with a generator; the order is that of
 * `torch.randperm`. A stream cannot: shuffle its documents.
 *
 * @throws RangeError if a fraction is not above 0, they do not sum to 1, or a part would be empty
 */
export function split<const F extends readonly number[]>(ids: Int32Array, fractions: F): Parts<F, Int32Array>;
export function split<T, const F extends readonly number[]>(
  items: readonly T[],
  fractions: F,
  generator?: Pick<RandomGenerator, 'permutation'>,
): Parts<F, T[]>;
export function split<T, const F extends readonly number[]>(
  dataset: Dataset<T>,
  fractions: F,
  generator?: Pick<RandomGenerator, 'permutation'>,
): Parts<F, Dataset<T>>;
export function split<T>(
  items: Int32Array | readonly T[] | Dataset<T>,
  fractions: readonly number[],
  generator?: Pick<RandomGenerator, 'permutation'>,
): unknown[] {
  const ranges = cut(items.length, fractions);
  if (items instanceof Int32Array) {
    if (!generator) return ranges.map(([from, to]) => items.subarray(from, to));
    throw new TypeError('Expected documents to shuffle, got one stream of tokens: split its documents, then join them');
  }
  const order = generator?.permutation(items.length);
  const place = (i: number) => (order ? order[i] : i);
  if (Array.isArray(items)) {
    return ranges.map(([from, to]) => Array.from({ length: to - from }, (_, i) => items[place(from + i)]));
  }
  return ranges.map(([from, to]) => renumbered(items as Dataset<T>, to - from, (i) => place(from + i)));
}

/** The ranges [from, to) of the parts of `n` items. */
function cut(n: number, fractions: readonly number[]): [from: number, to: number][] {
  const sum = fractions.reduce((a, b) => a + b, 0);
  if (!fractions.every((fraction) => fraction > 0) || Math.abs(sum - 1) > 1e-9) {
    throw new RangeError(`Expected fractions above 0 that sum to 1, such as 0.9 and 0.1, got ${fractions.join(' + ')}`);
  }
  let share = 0;
  let from = 0;
  return fractions.map((fraction, i) => {
    share += fraction;
    // 0.7 + 0.2 is a little less than 0.9 in floating point; the last factor keeps the cut of 10 items at 9, not 8.
    const to = i === fractions.length - 1 ? n : Math.floor(n * share * (1 + 4 * Number.EPSILON));
    if (to === from) {
      throw new RangeError(
        `Expected enough items for every part, got ${n}: part ${i + 1} of ${fractions.length} is empty`,
      );
    }
    const range: [number, number] = [from, to];
    from = to;
    return range;
  });
}
