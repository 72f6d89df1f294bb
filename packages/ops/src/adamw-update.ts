// One step of AdamW, for one parameter, in place.
import { add, div, mul, sqrt, square, sub, type Tensor, tidy, type Variable } from '@tensorflow/tfjs-core';

/** The running means that AdamW keeps of a parameter's gradient: of its shape, starting at zero. */
export type AdamwMoments = { readonly mean: Variable; readonly variance: Variable };

export type AdamwUpdateOptions = {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** 0 for parameters that should not decay. */
  readonly weightDecay: number;
  /** Counts from 1. */
  readonly step: number;
};

/**
 * As torch.optim.AdamW: decay first, then a step of bias-corrected Adam.
 *
 *     p ← p · (1 - learningRate · weightDecay)
 *     m ← β1 · m + (1 - β1) · g
 *     v ← β2 · v + (1 - β2) · g²
 *     p ← p - learningRate / (1 - β1^step) · m / (√v / √(1 - β2^step) + ε)
 *
 * Loshchilov and Hutter 2017, https://arxiv.org/abs/1711.05101.
 */
export function adamwUpdate(
  parameter: Variable,
  gradient: Tensor,
  { mean, variance }: AdamwMoments,
  { learningRate, beta1, beta2, epsilon, weightDecay, step }: AdamwUpdateOptions,
): void {
  tidy(() => {
    mean.assign(add(mul(mean, beta1), mul(gradient, 1 - beta1)));
    variance.assign(add(mul(variance, beta2), mul(square(gradient), 1 - beta2)));
    // Numerator and denominator of the last line above times √(1 - β2^step): one pass less over the numbers.
    const correction = Math.sqrt(1 - beta2 ** step);
    const direction = div(mean, add(sqrt(variance), epsilon * correction));
    const decayed = weightDecay === 0 ? parameter : mul(parameter, 1 - learningRate * weightDecay);
    parameter.assign(sub(decayed, mul(direction, (learningRate * correction) / (1 - beta1 ** step))));
  });
}
