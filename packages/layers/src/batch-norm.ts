// Batch normalization: every channel is brought to mean 0 and variance 1 over the batch, then scaled and shifted.
import { namedParameters, type ParameterTree } from '@hornbook/ops';
import {
  add,
  customGrad,
  type GradSaveFunc,
  mean,
  mul,
  ones,
  reshape,
  rsqrt,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
  Variable,
  zeros,
} from '@tensorflow/tfjs-core';

/** What is learned. */
export type BatchNorm = {
  readonly weight: Tensor1D; // [dim]
  readonly bias: Tensor1D; // [dim]
};

/** What is measured: of one batch, or running along over many. Not learned, and so not among the parameters. */
export type BatchStatistics = {
  readonly mean: Tensor1D; // [dim]
  readonly variance: Tensor1D; // [dim], the unbiased one (divided by rows − 1)
};

const epsilon = 1e-5;

/** Starts as the plain normalization: weights of 1, biases of 0. */
export function batchNorm(dim: number): BatchNorm {
  return { weight: ones([dim]), bias: zeros([dim]) };
}

/** Where running statistics start, as in PyTorch: mean 0, variance 1. */
export function batchStatistics(dim: number): BatchStatistics {
  return { mean: zeros([dim]), variance: ones([dim]) };
}

/**
 * For training: (x − mean) / √(variance + 1e-5) · weight + bias with the batch's own mean and (biased) variance of each
 * channel over all other axes: x [..., dim] → output [..., dim], as PyTorch's nn.BatchNorm1d in training mode. Every
 * row depends on the whole batch. Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167.
 *
 * The statistics are for `trackStatistics`; no gradient flows through them.
 *
 * @throws RangeError if there is a single row, which has no variance
 */
export function normalizeBatch<T extends Tensor>(
  { weight, bias }: BatchNorm,
  x: T,
): { output: T; statistics: BatchStatistics } {
  const dim = weight.shape[0];
  checkChannels(dim, x);
  const rows = reshape(x, [-1, dim]) as Tensor2D;
  const count = rows.shape[0];
  if (count < 2) {
    throw new RangeError(
      `Expected at least 2 rows to normalize over, got ${count}: train on larger batches, or apply running statistics`,
    );
  }
  const center = mean(rows, 0) as Tensor1D;
  const centered = sub(rows, center) as Tensor2D;
  const variance = mean(square(centered), 0) as Tensor1D;
  const output = reshape(scaleNormalized(rows, weight, bias, centered, variance), x.shape) as T;
  return { output, statistics: { mean: center, variance: mul(variance, count / (count - 1)) } };
}

/**
 * For evaluation: the same with given statistics, usually running ones, as nn.BatchNorm1d in evaluation mode. Every row
 * stands for itself, also a single one: x [..., dim] → [..., dim].
 */
export function applyBatchNorm<T extends Tensor>(
  { weight, bias }: BatchNorm,
  x: T,
  { mean, variance }: BatchStatistics,
): T {
  checkChannels(weight.shape[0], x);
  const scale = mul(weight, rsqrt(add(variance, epsilon)));
  return add(mul(x, scale), sub(bias, mul(mean, scale)));
}

/**
 * running ← (1 − momentum) · running + momentum · batch, in place, for one layer's statistics or a tree of them.
 * PyTorch's momentum is 0.1, makemore's first 0.001. 1 takes over the batch; 1/n at the nth batch gives the plain mean
 * over all of them, which calibrates a model after training.
 *
 * @param running variables, as training's `trainable` makes them
 * @throws TypeError if a running statistic is no variable; RangeError if the trees differ
 */
export function trackStatistics<T extends ParameterTree>(running: T, batch: T, momentum = 0.1): void {
  const measured = namedParameters(batch);
  for (const [path, variable] of Object.entries(namedParameters(running))) {
    if (!(variable instanceof Variable)) {
      throw new TypeError(`Expected a variable at '${path}', got a tensor: call trainable(statistics) first`);
    }
    if (!measured[path]) throw new RangeError(`Expected statistics of the batch at '${path}', got none`);
    tidy(() => variable.assign(add(mul(variable, 1 - momentum), mul(measured[path], momentum))));
  }
}

/** centered / √(variance + epsilon) · weight + bias, with the gradient of rows → centered, variance → output in one. */
function scaleNormalized(
  rows: Tensor2D,
  weight: Tensor1D,
  bias: Tensor1D,
  centered: Tensor2D,
  variance: Tensor1D,
): Tensor2D {
  const operation = customGrad((...args: (Tensor | GradSaveFunc)[]) => {
    const save = args[3] as GradSaveFunc;
    const inverse = rsqrt(add(variance, epsilon)); // [dim]
    const normalized = mul(centered, inverse);
    save([normalized, mul(weight, inverse)]);
    const gradFunc = (dy: Tensor, [normalized, scale]: Tensor[]) => {
      const dWeight = sum(mul(dy, normalized), 0);
      const dBias = sum(dy, 0);
      // What remains of dy without its mean and its part along the normalized channel, which the norm takes away.
      const share = 1 / rows.shape[0];
      const along = mul(normalized, mul(dWeight, share));
      return [mul(sub(sub(dy, mul(dBias, share)), along), scale), dWeight, dBias];
    };
    return { value: add(mul(normalized, weight), bias), gradFunc };
  });
  return operation(rows, weight, bias) as Tensor2D;
}

function checkChannels(dim: number, x: Tensor): void {
  const width = x.shape[x.rank - 1];
  if (width !== dim) throw new RangeError(`Expected vectors of ${dim} channels, got ${width}`);
}
