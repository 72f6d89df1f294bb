// What passes through this package: examples, the datasets that hold them, and the batches that leave.

/** Token ids with a shape, row by row: ready for `tf.tensor(data, shape, 'int32')`. */
export type Ids = { readonly data: Int32Array; readonly shape: readonly number[] };

/** What a model reads and what it should answer: inputs [batch, time], targets [batch, time] or [batch]. */
export type Batch = {
  readonly inputs: Ids;
  readonly targets: Ids;
  /** Where several documents share a row: the number of each place's document, [batch, time]. */
  readonly documents?: Ids;
};

/** One context and what follows it: an id for every place of the input, or one id for the whole of it. */
export type Example = {
  readonly input: Int32Array;
  readonly target: Int32Array | number;
  /** The number of each place's document, where the input has several. */
  readonly documents?: Int32Array;
};

/** The target of a place that does not count: the `ignoreIndex` of `crossEntropy`, and PyTorch's `ignore_index`. */
export const ignoredTarget = -100;

/** Items by number, from 0 to `length - 1`. Anything of this form can be split and loaded. */
export interface Dataset<T = Example> {
  readonly length: number;
  /** @throws RangeError if there is no such item */
  at(index: number): T;
  /** The items of these numbers as `collate` would stack them, in arrays of their own, where there is a faster way. */
  batch?(indices: ArrayLike<number>): Batch;
}

/** Some items of a dataset under other numbers: its number i is what was `place(i)`. */
export function renumbered<T>(items: Dataset<T>, length: number, place: (index: number) => number): Dataset<T> {
  const inside = (index: number) => {
    expectIndex(index, length);
    return place(index);
  };
  return {
    length,
    at: (index) => items.at(inside(index)),
    ...(items.batch && { batch: (indices) => items.batch?.(Array.from(indices, inside)) as Batch }),
  };
}

/** Throws a RangeError unless `index` is a whole number from 0 to `length - 1`. */
export function expectIndex(index: number, length: number): void {
  if (Number.isInteger(index) && index >= 0 && index < length) return;
  throw new RangeError(`Expected an index from 0 to ${length - 1}, got ${index}`);
}
