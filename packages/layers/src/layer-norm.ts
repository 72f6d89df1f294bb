// Layer normalization: every vector is brought to mean 0 and variance 1, then scaled and shifted by what was learned.
import { addLayerNorm, layerNorm as normalize } from '@hornbook/ops';
import { ones, type Tensor, type Tensor1D, zeros } from '@tensorflow/tfjs-core';

export type LayerNorm = {
  readonly weight: Tensor1D; // [dim]
  readonly bias?: Tensor1D; // [dim]
};

/** Starts as the plain normalization: weights of 1 and, unless left out, biases of 0. */
export function layerNorm(dim: number, { bias = true }: { bias?: boolean } = {}): LayerNorm {
  return bias ? { weight: ones([dim]), bias: zeros([dim]) } : { weight: ones([dim]) };
}

/** (x − mean) / √(variance + 1e-5) · weight + bias over the last axis: x [..., dim] → [..., dim]. */
export function applyLayerNorm<T extends Tensor>({ weight, bias }: LayerNorm, x: T): T {
  return normalize(x, weight, bias);
}

/** A branch joins the stream: `[x + branch, applyLayerNorm(norm, x + branch)]`, in one pass where the engine has a kernel. */
export function joinAndNorm<T extends Tensor>({ weight, bias }: LayerNorm, x: T, branch: T): [joined: T, normed: T] {
  return addLayerNorm(x, branch, weight, bias);
}
