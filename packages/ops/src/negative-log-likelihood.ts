// Negative log-likelihood: what each row of log-probabilities gave to the class that was right.
import type { GradConfig, Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { hasKernels, runKernel, runOp } from './fused-op.ts';
import { type LossAttributes, NegativeLogLikelihood } from './kernel-names.ts';
import { plainNegativeLogLikelihood } from './plain/negative-log-likelihood.ts';
import type { Reduction } from './reduction.ts';

export type NegativeLogLikelihoodOptions = {
  /** Rows with this target count nothing. */
  readonly ignoreIndex?: number;
  readonly reduction?: Reduction;
};

/**
 * `-x[target]` of each row, as torch.nn.functional.nll_loss; 0 where the target is `ignoreIndex`, infinite where it is
 * outside the vocabulary.
 *
 * Example: logProbabilities [[ln 0.25, ln 0.75]], targets [1] → [0.2877].
 *
 * @param logProbabilities [rows, vocabSize], from logSoftmax; for logits, crossEntropy is faster
 * @param targets [rows] int32
 * @returns [rows], or one number for a sum or a mean
 */
export function negativeLogLikelihood(
  logProbabilities: Tensor2D,
  targets: Tensor1D,
  options: NegativeLogLikelihoodOptions & { readonly reduction: 'mean' | 'sum' },
): Scalar;
export function negativeLogLikelihood(
  logProbabilities: Tensor2D,
  targets: Tensor1D,
  options?: NegativeLogLikelihoodOptions & { readonly reduction?: 'none' },
): Tensor1D;
export function negativeLogLikelihood(
  logProbabilities: Tensor2D,
  targets: Tensor1D,
  options?: NegativeLogLikelihoodOptions,
): Tensor;
export function negativeLogLikelihood(
  logProbabilities: Tensor2D,
  targets: Tensor1D,
  { ignoreIndex = -100, reduction = 'none' }: NegativeLogLikelihoodOptions = {},
): Tensor {
  const attributes: LossAttributes = { ignoreIndex, reduction };
  if (targets.dtype !== 'int32' || !hasKernels(NegativeLogLikelihood, logProbabilities)) {
    return plainNegativeLogLikelihood(logProbabilities, targets, attributes);
  }
  return runOp(gradient, { logProbabilities, targets }, { ...attributes, vocabSize: logProbabilities.shape[1] });
}

const gradient: GradConfig = {
  kernelName: NegativeLogLikelihood,
  inputsToSave: ['targets'],
  gradFunc: (dy, [targets], attributes) => ({
    logProbabilities: () => runKernel(`${NegativeLogLikelihood}Grad`, { dy: dy as Tensor, targets }, attributes),
  }),
};
