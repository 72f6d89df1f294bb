// The loader: a dataset's examples in batches, in the order that PyTorch's DataLoader gives for the same seed.
import { collate } from './collate.ts';
import type { Batch, Dataset, Example } from './dataset.ts';
import { expectPositiveWhole } from './positive-whole.ts';
import type { RandomGenerator } from './random-generator.ts';

/** Batches for one epoch each time it is iterated. */
export interface Loader extends Iterable<Batch> {
  /** How many batches an epoch has. */
  readonly length: number;
}

export type LoaderOptions = {
  readonly batchSize: number;
  /** Leave out the last batch of an epoch if it is not full. */
  readonly dropLast?: boolean;
} & (
  | {
      readonly shuffle?: boolean;
      /** Stands for `DataLoader(…, generator=g)`: the order is drawn from it. */
      readonly generator: RandomGenerator;
      readonly defaultGenerator?: undefined;
    }
  | {
      readonly shuffle?: boolean;
      /** Stands for PyTorch's global generator after `torch.manual_seed`: each epoch's order has a seed drawn from it. */
      readonly defaultGenerator: RandomGenerator;
      readonly generator?: undefined;
    }
  | { readonly shuffle?: false; readonly generator?: undefined; readonly defaultGenerator?: undefined }
);

/**
 * Loads a dataset in batches: inputs [batch, time], targets [batch, time] or [batch]. The last may be smaller.
 *
 * `for (const { inputs, targets } of loader(data, { batchSize: 8, shuffle: true, generator })) …` is one epoch; the next
 * loop continues the generator's stream. Draws are PyTorch's, number for number and at the same moments:
 * - iterating draws one 64-bit number, shuffled or not (PyTorch's seed for its workers);
 * - with `generator`, the first batch draws a permutation, and the end of the epoch one more, which is not used;
 * - with `defaultGenerator`, the first batch draws a 63-bit seed, and a new generator makes the permutation.
 *
 * Source: `torch.utils.data.DataLoader` and `RandomSampler`, PyTorch 1.13.
 *
 * @throws RangeError if the dataset fills no batch or batchSize is not a whole number of 1 or more; TypeError if it is to
 * be shuffled without a generator, or two are given
 */
export function loader(dataset: Dataset, options: LoaderOptions): Loader {
  const { batchSize, dropLast = false } = options;
  expectPositiveWhole('batchSize', batchSize);
  const order = ordering(dataset.length, options);
  const length = dropLast ? Math.floor(dataset.length / batchSize) : Math.ceil(dataset.length / batchSize);
  if (length === 0) {
    throw new RangeError(
      dropLast
        ? `Expected at least ${batchSize} examples for one full batch, got ${dataset.length}: lower batchSize or keep the last`
        : 'Expected at least 1 example, got 0',
    );
  }
  return {
    length,
    [Symbol.iterator]() {
      (options.generator ?? options.defaultGenerator)?.random64();
      return batches(dataset, order(), batchSize, dropLast);
    },
  };
}

/** What gives the indices of each epoch in turn. */
function ordering(n: number, { shuffle, generator, defaultGenerator }: LoaderOptions): () => Iterable<number> {
  if (generator && defaultGenerator) {
    throw new TypeError('Expected generator or defaultGenerator, got both: PyTorch draws from only one of them');
  }
  if (!shuffle) return () => counted(n);
  if (generator) return () => shuffled(n, () => generator);
  if (defaultGenerator) return () => shuffled(n, () => reseeded(defaultGenerator));
  throw new TypeError('Expected a generator to shuffle with, got none: pass generator: manualSeed(42)');
}

// Generator functions, so that numbers are drawn when batches are asked for, as in Python.

function* counted(n: number): Generator<number> {
  for (let i = 0; i < n; i++) yield i;
}

function* shuffled(n: number, source: () => RandomGenerator): Generator<number> {
  const generator = source();
  yield* generator.permutation(n);
  generator.permutation(n); // RandomSampler draws another at its end and takes none of it
}

/** A generator with a seed drawn as `torch.empty((), dtype=torch.int64).random_()` draws it. */
function reseeded(generator: RandomGenerator): RandomGenerator {
  return generator.spawn(BigInt.asUintN(63, generator.random64()));
}

function* batches(dataset: Dataset, order: Iterable<number>, size: number, dropLast: boolean): Generator<Batch> {
  let indices: number[] = [];
  for (const index of order) {
    indices.push(index);
    if (indices.length < size) continue;
    yield collate(examples(dataset, indices));
    indices = [];
  }
  if (indices.length > 0 && !dropLast) yield collate(examples(dataset, indices));
}

function examples(dataset: Dataset, indices: readonly number[]): Example[] {
  return indices.map((index) => dataset.at(index));
}
