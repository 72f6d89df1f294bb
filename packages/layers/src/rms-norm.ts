// Root-mean-square normalization: every vector is brought to length √dim, then scaled by what was learned.
import { type AddNormOptions, addRmsNorm, rmsNorm as normalize, rmsNormOfSum } from '@hornbook/ops';
import { ones, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';

export type RmsNorm = { readonly weight: Tensor1D }; // [dim]

/** Starts as the plain normalization: weights of 1. */
export function rmsNorm(dim: number): RmsNorm {
  return { weight: ones([dim]) };
}

/** x / √(mean(x²) + epsilon) · weight over the last axis: x [..., dim] → [..., dim]. */
export function applyRmsNorm<T extends Tensor>({ weight }: RmsNorm, x: T, epsilon = 1e-5): T {
  return normalize(x, weight, epsilon);
}

/** `[x + branch, applyRmsNorm(norm, x + branch)]`, as `joinAndNorm` does with layer norm. */
export function joinAndRmsNorm<T extends Tensor>(
  { weight }: RmsNorm,
  x: T | undefined,
  branch: T,
  options?: AddNormOptions,
): [joined: T, normed: T] {
  return addRmsNorm(x, branch, weight, options);
}

/** What `joinAndRmsNorm` gives second, for the last branch of a stream. */
export function joinLastRms<T extends Tensor>(
  { weight }: RmsNorm,
  x: T | undefined,
  branch: T,
  options?: AddNormOptions,
): T {
  return rmsNormOfSum(x, branch, weight, options);
}
