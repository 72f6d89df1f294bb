// RMS norm: every vector gets root mean square 1, then a learned scale.
import type { GradConfig, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { hasKernels, runOp } from './fused-op.ts';
import { AddRmsNorm, DropAddRmsNorm, RmsNorm } from './kernel-names.ts';
import { addNormGradients, normGradients } from './norm-gradients.ts';
import { type AddNormOptions, addNorm, type NormKind, normOfSum } from './norms-behind-sums.ts';
import { plainRmsNorm } from './plain/rms-norm.ts';

/**
 * `x / sqrt(mean(x²) + epsilon) * weight` along the last axis. Zhang and Sennrich 2019,
 * https://arxiv.org/abs/1910.07467.
 *
 * Example: x [[3, 4]], weight [1, 1] → [[0.8485, 1.1314]].
 *
 * @param x [..., width]
 * @param weight [width]
 */
export function rmsNorm<T extends Tensor>(x: T, weight: Tensor1D, epsilon = 1e-5): T {
  if (!hasKernels(RmsNorm, x, weight)) return plainRmsNorm(x, weight, epsilon);
  return runOp(gradient, { x, weight }, { epsilon, bias: false });
}

/** `[x + residual, rmsNorm(x + residual)]`, in one pass: see `addLayerNorm`. */
export function addRmsNorm<T extends Tensor>(
  x: T | undefined,
  residual: T,
  weight: Tensor1D,
  options?: AddNormOptions,
): [sum: T, normalized: T] {
  return addNorm(rmsNormKind, { x, residual, weight }, options);
}

/** What `addRmsNorm` gives second, by itself: see `layerNormOfSum`. */
export function rmsNormOfSum<T extends Tensor>(
  x: T | undefined,
  residual: T,
  weight: Tensor1D,
  options?: AddNormOptions,
): T {
  return normOfSum(rmsNormKind, { x, residual, weight }, options);
}

const gradient: GradConfig = {
  kernelName: RmsNorm,
  inputsToSave: ['x', 'weight'],
  gradFunc: (dy, saved, attributes) => normGradients(RmsNorm, dy as Tensor, saved, attributes),
};

const rmsNormKind: NormKind = {
  norm: (sum, weight, _, epsilon) => rmsNorm(sum, weight, epsilon),
  gradient: {
    kernelName: AddRmsNorm,
    inputsToSave: ['weight'],
    outputsToSave: [true, false],
    gradFunc: (dys, [weight, x], attributes) =>
      addNormGradients(AddRmsNorm, dys as Tensor[], { x, weight }, attributes),
  },
  dropGradient: {
    kernelName: DropAddRmsNorm,
    inputsToSave: ['weight', 'seed'],
    outputsToSave: [true, false],
    gradFunc: (dys, [weight, seed, x], attributes) =>
      addNormGradients(DropAddRmsNorm, dys as Tensor[], { x, weight, seed }, attributes),
  },
};
