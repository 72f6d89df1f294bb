// The loader: a dataset's examples in batches, in the order that PyTorch's DataLoader gives for the same seed.
import { collate as stack } from './collate.ts';
import type { Batch, Dataset } from './dataset.ts';
import { type Epoch, epochs, type LoaderState } from './epochs.ts';
import type { Indices, OrderOptions } from './ordering.ts';

/** Batches for one epoch each time it is iterated. */
export interface Loader<B = Batch> extends Iterable<B> {
  /** How many batches an epoch has. */
  readonly length: number;
  /**
   * The place after the batch that was taken last, with the generator's state.
   *
   * @throws TypeError if there is a generator, and it has no state to save
   */
  state(): LoaderState;
  /**
   * Sets the generator to where it was, and lets the next iteration bring the rest of that epoch, without loading what
   * was taken. If nothing was left of it, the next epoch.
   *
   * @throws RangeError if it is the state of other data; TypeError if it is none
   */
  restore(state: LoaderState): void;
}

/** Makes a batch of examples. */
export type Collate<T, B> = (examples: readonly T[]) => B;

export type LoaderOptions = OrderOptions & { readonly collate?: undefined };
export type CollatingOptions<T, B> = OrderOptions & {
  /** Makes a batch of examples. By default it stacks them: inputs [batch, time], targets [batch, time] or [batch]. */
  readonly collate: Collate<T, B>;
};

/**
 * Loads a dataset in batches. The last may be smaller.
 *
 * `for (const { inputs, targets } of loader(data, { batchSize: 8, shuffle: true, generator })) …` is one epoch; the next
 * loop continues the generator's stream. Draws are PyTorch's, number for number and at the same moments:
 * - iterating draws one 64-bit number, shuffled or not (PyTorch's seed for its workers);
 * - with `generator`, the first batch draws a permutation, and the end of the epoch one more, which is not used;
 * - with `defaultGenerator`, the first batch draws a 63-bit seed, and a new generator makes the permutation;
 * - with a sampler, the first batch draws what the sampler draws for the epoch.
 *
 * Source: `torch.utils.data.DataLoader` and `RandomSampler`, PyTorch 1.13.
 *
 * @throws RangeError if the dataset fills no batch or batchSize is not a whole number of 1 or more; TypeError if it is to
 * be shuffled without a generator, or if options are given that exclude each other
 */
export function loader(dataset: Dataset, options: LoaderOptions): Loader;
export function loader<T, B>(dataset: Dataset<T>, options: CollatingOptions<T, B>): Loader<B>;
export function loader<T, B>(
  dataset: Dataset<T>,
  { collate, ...options }: OrderOptions & { readonly collate?: Collate<T, B> },
): Loader<B> {
  const { length, begin, state, restore } = epochs(dataset.length, options);
  const load = collate
    ? (indices: Indices) => collate(examplesAt(dataset, indices))
    : (indices: Indices) => batchAt(dataset as Dataset<never>, indices) as B;
  return { length, state, restore, [Symbol.iterator]: () => batches(load, begin()) };
}

function* batches<B>(load: (indices: Indices) => B, epoch: Epoch): Generator<B, void> {
  for (let indices = epoch.next(); indices; indices = epoch.next()) {
    const batch = load(indices);
    epoch.taken();
    yield batch;
  }
}

/** The examples of these numbers, stacked. */
export function batchAt(dataset: Dataset, indices: Indices): Batch {
  return dataset.batch?.(indices) ?? stack(examplesAt(dataset, indices));
}

/** The examples of these numbers. */
export function examplesAt<T>(dataset: Dataset<T>, indices: Indices): T[] {
  const examples = new Array<T>(indices.length);
  for (let i = 0; i < indices.length; i++) examples[i] = dataset.at(indices[i]);
  return examples;
}
