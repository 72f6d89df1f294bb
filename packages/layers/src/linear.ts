// A linear layer: every output is a weighted sum of the inputs, plus a bias.
import { int8MatMul, linear as weigh } from '@hornbook/ops';
import type { Generator } from '@hornbook/random';
import {
  reshape,
  Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
  transpose,
  zeros,
} from '@tensorflow/tfjs-core';
import type { Int8Linear } from './int8-linear.ts';
import { applyAdapted, type LoraAdapter } from './lora-adapter.ts';

export type Linear = {
  readonly weight: Tensor2D; // [inputDim, outputDim]
  readonly bias?: Tensor1D; // [outputDim]
  /** Side by side, for all columns; see `addLora`. */
  readonly lora?: LoraAdapter[];
};

/**
 * Weights and bias drawn as PyTorch's nn.Linear draws them: both uniform in ±1/√inputDim, the weight first and in
 * PyTorch's order [outputDim, inputDim], whatever order it is stored in.
 */
export function linear(
  generator: Generator,
  inputDim: number,
  outputDim: number,
  { bias = true }: { bias?: boolean } = {},
): Linear {
  return packedLinear(generator, inputDim, [outputDim], { bias });
}

/**
 * Several linear layers of the same input side by side in one, [inputDim, sum of outputDims], drawn as PyTorch draws
 * one nn.Linear after the other: weight and bias of the first, of the second, …
 *
 * @example packedLinear(manualSeed(1), 8, [8, 8, 8]) // queries, keys and values, where a model has a layer for each
 */
export function packedLinear(
  generator: Generator,
  inputDim: number,
  outputDims: readonly number[],
  { bias = true }: { bias?: boolean } = {},
): Linear {
  // PyTorch's own steps to 1/√inputDim (kaiming_uniform_ with a = √5): shorter ones can differ in the last bit.
  const bound = Math.sqrt(3) * (Math.sqrt(2 / 6) / Math.sqrt(inputDim));
  const biasBound = 1 / Math.sqrt(inputDim);
  const outputDim = outputDims.reduce((total, dim) => total + dim, 0);
  const weights = new Float32Array(inputDim * outputDim);
  const biases = new Float32Array(outputDim);
  let row = 0;
  for (const dim of outputDims) {
    weights.set(generator.uniform(inputDim * dim, -bound, bound), inputDim * row);
    if (bias) biases.set(generator.uniform(dim, -biasBound, biasBound), row);
    row += dim;
  }
  const weight = fromRows(weights, inputDim, outputDim);
  return bias ? { weight, bias: tensor1d(biases) } : { weight };
}

/** Weights from N(0, std²), drawn in PyTorch's order [outputDim, inputDim], and a bias of zeros, as GPT-2 starts. */
export function normalLinear(
  generator: Generator,
  inputDim: number,
  outputDim: number,
  { std, bias = true }: { std: number; bias?: boolean },
): Linear {
  const weight = fromRows(generator.normal(inputDim * outputDim, 0, std), inputDim, outputDim);
  return bias ? { weight, bias: zeros([outputDim]) } : { weight };
}

/** x · weight + bias over the last axis, and what its adapters add: x [..., inputDim] → [..., outputDim]. */
export function applyLinear<T extends Tensor>({ weight, bias, lora }: Linear | Int8Linear, x: T): T {
  if (!(weight instanceof Tensor)) return int8MatMul(x, weight, bias);
  const [inputDim, outputDim] = weight.shape;
  const rows = reshape(x, [-1, inputDim]) as Tensor2D; // flat: tfjs's gradient is wrong where matMul broadcasts a batch axis
  const outputs = lora ? applyAdapted(weight, bias, lora, rows) : weigh(rows, weight, bias);
  return reshape(outputs, [...x.shape.slice(0, -1), outputDim]) as T;
}

/** Whether a layer is a weight and a bias and nothing else, so that an operation can take it together with others. */
export function isPlain({ weight, lora }: Linear | Int8Linear): boolean {
  return weight instanceof Tensor && !lora;
}

/** A weight drawn in PyTorch's order, one row for each output, as it is stored here: one column for each output. */
function fromRows(values: Float32Array, inputDim: number, outputDim: number): Tensor2D {
  return tidy(() => transpose(tensor2d(values, [outputDim, inputDim])));
}
