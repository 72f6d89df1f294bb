// What passes through this package: examples, the datasets that hold them, and the batches that leave.

/** Token ids with a shape, row by row: ready for `tf.tensor(data, shape, 'int32')`. */
export type Ids = { readonly data: Int32Array; readonly shape: readonly number[] };

/** What a model reads and what it should answer: inputs [batch, time], targets [batch, time] or [batch]. */
export type Batch = { readonly inputs: Ids; readonly targets: Ids };

/** One context and what follows it: an id for every place of the input, or one id for the whole of it. */
export type Example = { readonly input: Int32Array; readonly target: Int32Array | number };

/** Items by number, from 0 to `length - 1`. Anything of this form can be split and loaded. */
export interface Dataset<T = Example> {
  readonly length: number;
  /** @throws RangeError if there is no such item */
  at(index: number): T;
}

/** Throws a RangeError unless `index` is a whole number from 0 to `length - 1`. */
export function expectIndex(index: number, length: number): void {
  if (Number.isInteger(index) && index >= 0 && index < length) return;
  throw new RangeError(`Expected an index from 0 to ${length - 1}, got ${index}`);
}
