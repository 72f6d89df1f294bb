// Negative log-likelihood, for models that end in a log-softmax.

import type { Reduction } from '@hornbook/ops';
import * as ops from '@hornbook/ops';
import { reshape, type Scalar, type Tensor, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { checkTargets } from './check-targets.ts';

export type NegativeLogLikelihoodOptions = {
  /** Places with this target do not count. */
  readonly ignoreIndex?: number;
  /** `mean` divides by the places that count. */
  readonly reduction?: Reduction;
};

/**
 * `-logProbabilities[target]` in nats, as torch.nn.functional.nll_loss; the mean of no counted place is NaN.
 *
 * @param logProbabilities [..., vocabSize], such as logSoftmax gives
 * @param targets [...] int32 ids
 * @throws RangeError as crossEntropy does
 */
export function negativeLogLikelihood(
  logProbabilities: Tensor,
  targets: Tensor,
  options?: NegativeLogLikelihoodOptions & { readonly reduction?: 'mean' | 'sum' },
): Scalar;
export function negativeLogLikelihood(
  logProbabilities: Tensor,
  targets: Tensor,
  options?: NegativeLogLikelihoodOptions,
): Tensor;
export function negativeLogLikelihood(
  logProbabilities: Tensor,
  targets: Tensor,
  { ignoreIndex = -100, reduction = 'mean' }: NegativeLogLikelihoodOptions = {},
): Tensor {
  checkTargets(logProbabilities, targets, ignoreIndex);
  const losses = ops.negativeLogLikelihood(
    reshape(logProbabilities, [-1, logProbabilities.shape[logProbabilities.rank - 1]]) as Tensor2D,
    reshape(targets, [-1]) as Tensor1D,
    { ignoreIndex, reduction },
  );
  return reduction === 'none' ? reshape(losses, targets.shape) : losses;
}
