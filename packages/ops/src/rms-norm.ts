// RMS norm: every vector gets root mean square 1, then a learned scale.
import { add, type GradConfig, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import { hasKernels, runOp } from './fused-op.ts';
import { AddRmsNorm, RmsNorm } from './kernel-names.ts';
import { addNormGradients, normGradients } from './norm-gradients.ts';
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
  x: T,
  residual: T,
  weight: Tensor1D,
  epsilon = 1e-5,
): [sum: T, normalized: T] {
  if (hasKernels(AddRmsNorm, x, residual, weight)) {
    return runOp(addGradient, { x, residual, weight }, { epsilon, bias: false }) as [T, T];
  }
  const sum = add(x, residual) as T;
  return [sum, plainRmsNorm(sum, weight, epsilon)];
}

const gradient: GradConfig = {
  kernelName: RmsNorm,
  inputsToSave: ['x', 'weight'],
  gradFunc: (dy, saved, attributes) => normGradients(RmsNorm, dy as Tensor, saved, attributes),
};

const addGradient: GradConfig = {
  kernelName: AddRmsNorm,
  inputsToSave: ['weight'],
  outputsToSave: [true, false],
  gradFunc: (dys, saved, attributes) => addNormGradients(AddRmsNorm, dys as Tensor[], saved, attributes),
};
