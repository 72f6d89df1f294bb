// The mean loss over given batches, without learning from them.
import type { Batch } from '@hornbook/datasets';
import type { ParameterTree } from '@hornbook/ops';
import { type Scalar, type Tensor, type Tensor2D, tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { pauses } from './event-loop.ts';

/** A batch as tensors: int32, inputs [batch, time], targets [batch, time] or [batch]. */
export type TensorBatch = { readonly inputs: Tensor2D; readonly targets: Tensor };

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
export async function evaluate<P extends ParameterTree>({
  parameters,
  loss,
  batches,
  signal,
}: EvaluateOptions<P>): Promise<number | undefined> {
  const pause = pauses();
  let total = 0;
  let count = 0;
  for (const batch of batches) {
    if (signal?.aborted) return undefined;
    const places = countTargets(batch);
    if (places === 0) continue;
    const mean = tidy(() => loss(parameters, toTensors(batch)));
    total += places * (await mean.data())[0];
    mean.dispose();
    count += places;
    await pause();
  }
  if (count === 0) throw new RangeError('Expected at least one target to evaluate on, got none: hold out more text');
  return total / count;
}

/** A batch as tensors, for those who train without `train`. They are the caller's: call it inside a `tidy`. */
export function toTensors({ inputs, targets }: Batch): TensorBatch {
  return {
    inputs: tensor2d(inputs.data, inputs.shape as [number, number], 'int32'),
    targets: tensor(targets.data, [...targets.shape], 'int32'),
  };
}

/** Targets that count. */
export function countTargets({ targets }: Batch): number {
  return targets.data.reduce((count, target) => (target < 0 ? count : count + 1), 0);
}
