// One step of Lion, for one parameter, in place.
import { add, mul, sign, sub, type Tensor, tidy, type Variable } from '@tensorflow/tfjs-core';

export type LionUpdateOptions = {
  readonly learningRate: number;
  /** How much of the step is the running mean rather than the gradient. */
  readonly beta1: number;
  /** How long the running mean remembers. */
  readonly beta2: number;
  /** 0 for parameters that should not decay. */
  readonly weightDecay: number;
};

/**
 * Only the sign of the direction counts: every number moves by the learning rate.
 *
 *     c ← β1 · m + (1 - β1) · g
 *     p ← p · (1 - learningRate · weightDecay) - learningRate · sign(c)
 *     m ← β2 · m + (1 - β2) · g
 *
 * Chen et al. 2023, https://arxiv.org/abs/2302.06675, Algorithm 2.
 *
 * @param mean of the parameter's shape, starting at zero; updated too
 */
export function lionUpdate(
  parameter: Variable,
  gradient: Tensor,
  mean: Variable,
  { learningRate, beta1, beta2, weightDecay }: LionUpdateOptions,
): void {
  tidy(() => {
    const direction = sign(add(mul(mean, beta1), mul(gradient, 1 - beta1)));
    const decayed = weightDecay === 0 ? parameter : mul(parameter, 1 - learningRate * weightDecay);
    parameter.assign(sub(decayed, mul(direction, learningRate)));
    mean.assign(add(mul(mean, beta2), mul(gradient, 1 - beta2)));
  });
}
