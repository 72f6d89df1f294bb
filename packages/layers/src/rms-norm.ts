// Root-mean-square normalization: every vector is brought to length √dim, then scaled by what was learned.
import { rmsNorm as normalize } from '@hornbook/ops';
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
