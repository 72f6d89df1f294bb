// Layer normalization: every vector is brought to mean 0 and variance 1, then scaled and shifted by what was learned.
import { addLayerNorm, type DropoutOptions, layerNormOfSum, layerNorm as normalize } from '@hornbook/ops';
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

/**
 * A branch joins the stream: `[x + branch, applyLayerNorm(norm, x + branch)]`, in one pass where the engine has a kernel. With
 * dropout the branch is first thinned out, in the same pass. The first branch begins the stream: then x is undefined.
 */
export function joinAndNorm<T extends Tensor>(
  { weight, bias }: LayerNorm,
  x: T | undefined,
  branch: T,
  dropout?: DropoutOptions,
): [joined: T, normed: T] {
  return addLayerNorm(x, branch, weight, bias, { dropout });
}

/** The last branch joins the stream, of which the norm alone is used: what `joinAndNorm` gives second. */
export function joinLast<T extends Tensor>(
  { weight, bias }: LayerNorm,
  x: T | undefined,
  branch: T,
  dropout?: DropoutOptions,
): T {
  return layerNormOfSum(x, branch, weight, bias, { dropout });
}
