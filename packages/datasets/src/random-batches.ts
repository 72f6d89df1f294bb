// Random batches without end: examples of a dataset drawn with replacement.
import type { Batch, Dataset } from './dataset.ts';
import { batchAt } from './loader.ts';
import { expectPositiveWhole } from './positive-whole.ts';
import type { RandomGenerator } from './random-generator.ts';

/**
 * Batches of examples drawn with replacement, as makemore draws its: each takes one
 * `integers(batchSize, 0, dataset.length)`, `torch.randint`, from the generator. The generator's state is all that the
 * batches to come depend on; iterating anew goes on from there.
 *
 * @throws RangeError if the dataset is empty, or batchSize is not a whole number of 1 or more
 */
export function randomBatches(
  dataset: Dataset,
  { batchSize, generator }: { readonly batchSize: number; readonly generator: Pick<RandomGenerator, 'integers'> },
): Iterable<Batch> {
  expectPositiveWhole('batchSize', batchSize);
  if (dataset.length === 0) throw new RangeError('Expected at least 1 example, got 0');
  return {
    *[Symbol.iterator]() {
      while (true) {
        const indices = generator.integers(batchSize, 0, dataset.length);
        yield batchAt(dataset, indices);
      }
    },
  };
}
