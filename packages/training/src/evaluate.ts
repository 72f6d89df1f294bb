// The mean loss over given batches, without learning from them.
import type { Batch } from '@hornbook/datasets';
import { compileStep, type HostArray, type ParameterTree } from '@hornbook/ops';
import { dispose, type Scalar, type Tensor, type Tensor2D, tensor, tidy } from '@tensorflow/tfjs-core';
import { pauses } from './event-loop.ts';

/** A batch as tensors: int32, inputs [batch, time], targets [batch, time] or [batch]. */
export type TensorBatch = {
  readonly inputs: Tensor2D;
  readonly targets: Tensor;
  /** Where the batch has it, the number of each place's document, [batch, time]: `documents` of a model's forward pass. */
  readonly documents?: Tensor2D;
};

/** What is to be made small: the mean loss over a batch's targets. */
export type Loss<P extends ParameterTree> = (parameters: P, batch: TensorBatch) => Scalar;

export type EvaluateOptions<P extends ParameterTree> = {
  readonly parameters: P;
  readonly loss: Loss<P>;
  readonly batches: Iterable<Batch>;
  readonly signal?: AbortSignal;
};

/**
 * The mean of the batches' losses, each weighted by the number of its targets, so that a smaller last batch counts for
 * less. Negative targets are ignored ones and do not count.
 *
 * `await evaluate({ parameters, loss, batches: loader(held, { batchSize: 64 }) })`
 *
 * @returns undefined if `signal` was aborted before the end
 * @throws RangeError if there are no targets at all
 */
export async function evaluate<P extends ParameterTree>(options: EvaluateOptions<P>): Promise<number | undefined> {
  const { parameters, loss, batches, signal } = options;
  const evaluation = evaluator(parameters, loss);
  try {
    return await evaluation.run(batches, signal);
  } finally {
    evaluation.dispose();
  }
}

export type Evaluator = {
  run(batches: Iterable<Batch>, signal?: AbortSignal): Promise<number | undefined>;
  dispose(): void;
};

/** For evaluating again and again: an engine that records steps goes on with its recording. */
export function evaluator<P extends ParameterTree>(parameters: P, loss: Loss<P>, record = true): Evaluator {
  const forward = compileStep(
    function* (...arrays: Tensor[]) {
      yield [loss(parameters, fromInputs(arrays))];
    },
    { record },
  );
  return {
    async run(batches, signal) {
      const pause = pauses();
      let total = 0;
      let count = 0;
      for (const batch of batches) {
        if (signal?.aborted) return undefined;
        const places = countTargets(batch);
        if (places === 0) continue;
        await forward.run(toInputs(batch), async ([reading]) => {
          const [mean] = await reading.data();
          // A replay checks nothing. Made in the open, the loss may say what is wrong with its batch.
          if (!Number.isFinite(mean) && forward.replays > 0) dispose(tidy(() => loss(parameters, toTensors(batch))));
          total += places * mean;
        });
        count += places;
        await pause();
      }
      if (count === 0)
        throw new RangeError('Expected at least one target to evaluate on, got none: hold out more text');
      return total / count;
    },
    dispose: () => forward.dispose(),
  };
}

/** A batch as tensors, for those who train without `train`. They are the caller's: call it inside a `tidy`. */
export function toTensors(batch: Batch): TensorBatch {
  return fromInputs(toInputs(batch).map(({ data, shape }) => tensor(data, [...shape], 'int32')));
}

/** A batch as what a compiled step takes: inputs, targets, and where it has them documents. */
export function toInputs({ inputs, targets, documents }: Batch): HostArray[] {
  return documents ? [inputs, targets, documents] : [inputs, targets];
}

/** What `toInputs` gave, as tensors. */
export function fromInputs([inputs, targets, documents]: readonly Tensor[]): TensorBatch {
  return { inputs: inputs as Tensor2D, targets, ...(documents && { documents: documents as Tensor2D }) };
}

/** Targets that count. */
export function countTargets({ targets }: Batch): number {
  return targets.data.reduce((count, target) => (target < 0 ? count : count + 1), 0);
}
