// A low-rank adapter: what a linear layer adds to its product, learned while the layer itself stays as it is.
import { add, concat, matMul, mul, type Scalar, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';

export type LoraAdapter = {
  readonly a: Tensor2D; // [inputDim, rank]
  readonly b: Tensor2D; // [rank, outputDim], or the columns that are this adapter's
  /** alpha / rank: a tensor, so that a checkpoint keeps it, but not learned. */
  readonly scale: Scalar;
};

/**
 * x · weight + bias + scale · (x · a) · b, where the columns of several adapters stand side by side.
 * x [rows, inputDim] → [rows, outputDim].
 */
export function applyAdapted(weight: Tensor2D, bias: Tensor1D | undefined, lora: readonly LoraAdapter[], x: Tensor2D) {
  // Not fused: the gradient of a fused product includes that of the weight, which is not asked for.
  const product = matMul(x, weight);
  const shifts = lora.map(({ a, b, scale }) => matMul<Tensor2D>(mul(matMul(x, a), scale), b));
  const shifted = add(product, joined(shifts));
  return bias ? add(shifted, bias) : shifted;
}

/** scale · a · b, the adapters' columns side by side: [inputDim, outputDim]. */
export function loraDelta(lora: readonly LoraAdapter[]): Tensor2D {
  return joined(lora.map(({ a, b, scale }) => matMul<Tensor2D>(mul(a, scale), b)));
}

function joined(columns: readonly Tensor2D[]): Tensor2D {
  return columns.length === 1 ? columns[0] : concat([...columns], 1);
}
