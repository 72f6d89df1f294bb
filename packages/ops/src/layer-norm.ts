// Layer norm: every vector gets mean 0 and variance 1, then a learned scale and shift.
import type { GradConfig, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { hasKernels, runOp } from './fused-op.ts';
import { AddLayerNorm, DropAddLayerNorm, LayerNorm } from './kernel-names.ts';
import { addNormGradients, normGradients } from './norm-gradients.ts';
import { type AddNormOptions, addNorm, type NormKind, normOfSum } from './norms-behind-sums.ts';
import { plainLayerNorm } from './plain/layer-norm.ts';

/**
 * `(x - mean) / sqrt(variance + epsilon) * weight + bias` along the last axis; the variance is the biased one (divided
 * by the width), as in torch.nn.LayerNorm. Ba, Kiros and Hinton 2016, https://arxiv.org/abs/1607.06450.
 *
 * Example: x [[1, 3]], weight [1, 1] → [[-1, 1]] (but for epsilon).
 *
 * @param x [..., width]
 * @param weight [width]
 * @param bias [width], or undefined for none
 */
export function layerNorm<T extends Tensor>(x: T, weight: Tensor1D, bias?: Tensor1D, epsilon = 1e-5): T {
  if (!hasKernels(LayerNorm, x, weight)) return plainLayerNorm(x, weight, bias, epsilon);
  return runOp(gradient, { x, weight, bias }, { epsilon, bias: bias !== undefined });
}

/**
 * A branch joins the stream, and the norm of both goes into the next branch: `[x + residual, layerNorm(x + residual)]`,
 * in one pass; with dropout, `x + dropout(residual)`.
 *
 * @param x undefined where the stream begins with the residual
 * @throws RangeError if the rate of dropout is not between 0 and 1
 */
export function addLayerNorm<T extends Tensor>(
  x: T | undefined,
  residual: T,
  weight: Tensor1D,
  bias?: Tensor1D,
  options?: AddNormOptions,
): [sum: T, normalized: T] {
  return addNorm(layerNormKind, { x, residual, weight, bias }, options);
}

/** What `addLayerNorm` gives second, by itself: for the end of a stream, whose sum goes nowhere else. */
export function layerNormOfSum<T extends Tensor>(
  x: T | undefined,
  residual: T,
  weight: Tensor1D,
  bias?: Tensor1D,
  options?: AddNormOptions,
): T {
  return normOfSum(layerNormKind, { x, residual, weight, bias }, options);
}

const gradient: GradConfig = {
  kernelName: LayerNorm,
  inputsToSave: ['x', 'weight'],
  gradFunc: (dy, saved, attributes) => normGradients(LayerNorm, dy as Tensor, saved, attributes),
};

const layerNormKind: NormKind = {
  norm: layerNorm,
  gradient: {
    kernelName: AddLayerNorm,
    inputsToSave: ['weight'],
    outputsToSave: [true, false],
    gradFunc: (dys, [weight, x], attributes) =>
      addNormGradients(AddLayerNorm, dys as Tensor[], { x, weight }, attributes),
  },
  dropGradient: {
    kernelName: DropAddLayerNorm,
    inputsToSave: ['weight', 'seed'],
    outputsToSave: [true, false],
    gradFunc: (dys, [weight, seed, x], attributes) =>
      addNormGradients(DropAddLayerNorm, dys as Tensor[], { x, weight, seed }, attributes),
  },
};
