// One step of Adam or AdamW, for all parameters at once, in place.
import {
  add,
  div,
  mul,
  sqrt,
  square,
  sub,
  type Tensor,
  type Tensor1D,
  tidy,
  unstack,
  type Variable,
} from '@tensorflow/tfjs-core';
import { type GradientFactor, timesFactor } from './gradient-factor.ts';
import { runFused } from './run-fused.ts';

export type AdamwRateOptions = {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Counts from 1. */
  readonly step: number;
};

/** What one parameter takes to a step. */
export type AdamwShare = {
  readonly parameter: Variable;
  readonly gradient: Tensor;
  /** The running means of the gradient and of its square: of the parameter's shape, starting at zero; updated too. */
  readonly mean: Variable;
  readonly variance: Variable;
  /** False for parameters that should not decay. */
  readonly decays: boolean;
};

/** What the engine's kernel `AdamwUpdate` takes. */
export type AdamwAttributes = GradientFactor & { readonly shares: readonly AdamwShare[]; readonly rates: Tensor1D };

/** The numbers of a step, for `adamwUpdates`. They are worked out in float64; only the results are rounded. */
export function adamwRates(options: AdamwRateOptions): Float32Array {
  const { learningRate, beta1, beta2, epsilon, weightDecay, step } = options;
  // Numerator and denominator of the last line of the formula times √(1 - β2^step): one pass less over the numbers.
  const correction = Math.sqrt(1 - beta2 ** step);
  const size = (learningRate * correction) / (1 - beta1 ** step);
  const kept = 1 - learningRate * weightDecay;
  return Float32Array.of(beta1, 1 - beta1, beta2, 1 - beta2, epsilon * correction, size, kept);
}

/** How many numbers `adamwRates` and `adamRates` give. */
export const adamwRateCount = 7;

/**
 * As torch.optim.AdamW: decay first, then a step of bias-corrected Adam.
 *
 *     p ← p · (1 - learningRate · weightDecay)
 *     m ← β1 · m + (1 - β1) · g
 *     v ← β2 · v + (1 - β2) · g²
 *     p ← p - learningRate / (1 - β1^step) · m / (√v / √(1 - β2^step) + ε)
 *
 * Loshchilov and Hutter 2017, https://arxiv.org/abs/1711.05101.
 *
 * @param rates `tensor1d(adamwRates({ … }))`, [7]: a tensor, so that a recorded step can be given others
 */
export function adamwUpdates(shares: readonly AdamwShare[], rates: Tensor1D, { factor }: GradientFactor = {}): void {
  if (runFused('AdamwUpdate', { shares, rates, factor } satisfies AdamwAttributes, variablesOf(shares))) return;
  tidy(() => {
    const numbers = unstack(rates);
    for (const share of shares) {
      const decayed = share.decays ? mul(share.parameter, numbers[6]) : share.parameter;
      stepOfAdam(share, timesFactor(share.gradient, factor), decayed, numbers);
    }
  });
}

/** Adam's step from `start`. */
export function stepOfAdam(share: AdamwShare, gradient: Tensor, start: Tensor, numbers: readonly Tensor[]): void {
  const { parameter, mean, variance } = share;
  const [beta1, rest1, beta2, rest2, epsilon, size] = numbers;
  tidy(() => {
    mean.assign(add(mul(mean, beta1), mul(gradient, rest1)));
    variance.assign(add(mul(variance, beta2), mul(square(gradient), rest2)));
    parameter.assign(sub(start, mul(div(mean, add(sqrt(variance), epsilon)), size)));
  });
}

/** What an update changes. */
export function variablesOf(shares: readonly AdamwShare[]): Variable[] {
  return shares.flatMap(({ parameter, mean, variance }) => [parameter, mean, variance]);
}
