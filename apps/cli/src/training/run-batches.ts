// The batches of a run, in the order that its settings ask for, with a place to go on from.
import { type Batch, loader, randomBatches } from '@hornbook/datasets';
import type { Generator, GeneratorState } from '@hornbook/random';
import { type BatchesState, resumable } from '@hornbook/training';
import type { Settings } from '../config/settings.ts';
import type { Part } from '../data/corpus.ts';

export type RunBatches = {
  readonly batches: Iterable<Batch>;
  /** Where they are, with the generator; JSON keeps it. */
  state(): object;
  /** @throws TypeError or RangeError if this is no such place */
  restore(state: object): void;
};

/** Drawn at random without end, or all examples shuffled again for each epoch. */
export function runBatches({ examples }: Part, { order, batchSize }: Settings, generator: Generator): RunBatches {
  if (order === 'random') {
    return {
      batches: randomBatches(examples, { batchSize, generator }),
      state: () => ({ generator: generator.state() }),
      restore: (state) => generator.restore((state as { generator: GeneratorState }).generator),
    };
  }
  // A last batch that is smaller would count as much as the others.
  const size = Math.min(batchSize, examples.length);
  const epochs = loader(examples, { batchSize: size, shuffle: true, dropLast: true, generator });
  const batches = resumable(epochs, generator as Parameters<typeof resumable>[1]);
  return { batches, state: () => batches.state(), restore: (state) => batches.restore(state as BatchesState) };
}
