// Cross-entropy of each row of logits with the class that was right.
import type { GradConfig, Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { hasKernels, runKernel, runOp } from './fused-op.ts';
import { CrossEntropy, type CrossEntropyAttributes } from './kernel-names.ts';
import { plainCrossEntropy } from './plain/cross-entropy.ts';
import type { Reduction } from './reduction.ts';

export type CrossEntropyOptions = {
  /** Rows with this target count nothing: loss 0, gradient 0. */
  readonly ignoreIndex?: number;
  /** ε: the right class is expected with 1 - ε + ε/vocabSize, each other with ε/vocabSize. */
  readonly labelSmoothing?: number;
  /** Adds `zLoss · (log Σ exp(x))²`, which keeps logits from drifting. Chowdhery et al. 2022 take 1e-4. */
  readonly zLoss?: number;
  /** `mean` divides by the rows that count; the mean of none is NaN. */
  readonly reduction?: Reduction;
};

/**
 * Cross-entropy of each row, in nats: `log Σ exp(x) - x[target]`, as torch.nn.functional.cross_entropy.
 * With label smoothing ε: `log Σ exp(x) - (1 - ε) x[target] - ε mean(x)`. The gradient is softmax - expected.
 *
 * Finite for finite logits of any size, since the row maximum is subtracted first. A logit of -Infinity masks its
 * class. A target outside the vocabulary has probability zero: its loss is infinite.
 *
 * Example: logits [[0, 0]], targets [1] → [ln 2].
 *
 * @param logits [rows, vocabSize]
 * @param targets [rows] int32
 * @returns [rows], or one number for a sum or a mean
 */
export function crossEntropy(
  logits: Tensor2D,
  targets: Tensor1D,
  options: CrossEntropyOptions & { readonly reduction: 'mean' | 'sum' },
): Scalar;
export function crossEntropy(
  logits: Tensor2D,
  targets: Tensor1D,
  options?: CrossEntropyOptions & { readonly reduction?: 'none' },
): Tensor1D;
export function crossEntropy(logits: Tensor2D, targets: Tensor1D, options?: CrossEntropyOptions): Tensor;
export function crossEntropy(
  logits: Tensor2D,
  targets: Tensor1D,
  { ignoreIndex = -100, labelSmoothing = 0, zLoss = 0, reduction = 'none' }: CrossEntropyOptions = {},
): Tensor {
  const attributes: CrossEntropyAttributes = { ignoreIndex, labelSmoothing, zLoss, reduction };
  const fuses = targets.dtype === 'int32' && hasKernels(CrossEntropy, logits);
  return fuses ? runOp(gradient, { logits, targets }, attributes) : plainCrossEntropy(logits, targets, attributes);
}

const gradient: GradConfig = {
  kernelName: CrossEntropy,
  inputsToSave: ['logits', 'targets'],
  gradFunc: (dy, [logits, targets], attributes) => ({
    logits: () => runKernel(`${CrossEntropy}Grad`, { dy: dy as Tensor, logits, targets }, attributes),
  }),
};
