// Layer norm: every vector gets mean 0 and variance 1, then a learned scale and shift.
import { add, type GradConfig, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import { hasKernels, runOp } from './fused-op.ts';
import { AddLayerNorm, LayerNorm } from './kernel-names.ts';
import { addNormGradients, normGradients } from './norm-gradients.ts';
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
 * in one pass.
 */
export function addLayerNorm<T extends Tensor>(
  x: T,
  residual: T,
  weight: Tensor1D,
  bias?: Tensor1D,
  epsilon = 1e-5,
): [sum: T, normalized: T] {
  if (hasKernels(AddLayerNorm, x, residual, weight)) {
    return runOp(addGradient, { x, residual, weight, bias }, { epsilon, bias: bias !== undefined }) as [T, T];
  }
  const sum = add(x, residual) as T;
  return [sum, plainLayerNorm(sum, weight, bias, epsilon)];
}

const gradient: GradConfig = {
  kernelName: LayerNorm,
  inputsToSave: ['x', 'weight'],
  gradFunc: (dy, saved, attributes) => normGradients(LayerNorm, dy as Tensor, saved, attributes),
};

const addGradient: GradConfig = {
  kernelName: AddLayerNorm,
  inputsToSave: ['weight'],
  outputsToSave: [true, false],
  gradFunc: (dys, saved, attributes) => addNormGradients(AddLayerNorm, dys as Tensor[], saved, attributes),
};
