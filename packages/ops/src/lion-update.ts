// One step of Lion, for all parameters at once, in place.
import { add, mul, sign, sub, type Tensor, type Tensor1D, tidy, unstack, type Variable } from '@tensorflow/tfjs-core';
import { type GradientFactor, timesFactor } from './gradient-factor.ts';
import { runFused } from './run-fused.ts';

export type LionRateOptions = {
  readonly learningRate: number;
  /** How much of the step is the running mean rather than the gradient. */
  readonly beta1: number;
  /** How long the running mean remembers. */
  readonly beta2: number;
  readonly weightDecay: number;
};

/** What one parameter takes to a step. */
export type LionShare = {
  readonly parameter: Variable;
  readonly gradient: Tensor;
  /** Of the parameter's shape, starting at zero; updated too. */
  readonly mean: Variable;
  /** False for parameters that should not decay. */
  readonly decays: boolean;
};

/** What the engine's kernel `LionUpdate` takes. */
export type LionAttributes = GradientFactor & { readonly shares: readonly LionShare[]; readonly rates: Tensor1D };

/** The numbers of a step, for `lionUpdates`. */
export function lionRates({ learningRate, beta1, beta2, weightDecay }: LionRateOptions): Float32Array {
  return Float32Array.of(beta1, 1 - beta1, beta2, 1 - beta2, learningRate, 1 - learningRate * weightDecay);
}

/** How many numbers `lionRates` gives. */
export const lionRateCount = 6;

/**
 * Only the sign of the direction counts: every number moves by the learning rate.
 *
 *     c ← β1 · m + (1 - β1) · g
 *     p ← p · (1 - learningRate · weightDecay) - learningRate · sign(c)
 *     m ← β2 · m + (1 - β2) · g
 *
 * Chen et al. 2023, https://arxiv.org/abs/2302.06675, Algorithm 2.
 *
 * @param rates `tensor1d(lionRates({ … }))`, [6]
 */
export function lionUpdates(shares: readonly LionShare[], rates: Tensor1D, { factor }: GradientFactor = {}): void {
  const variables = shares.flatMap(({ parameter, mean }) => [parameter, mean]);
  if (runFused('LionUpdate', { shares, rates, factor } satisfies LionAttributes, variables)) return;
  tidy(() => {
    const [beta1, rest1, beta2, rest2, learningRate, kept] = unstack(rates);
    for (const { parameter, gradient: given, mean, decays } of shares) {
      tidy(() => {
        const gradient = timesFactor(given, factor);
        const direction = sign(add(mul(mean, beta1), mul(gradient, rest1)));
        const decayed = decays ? mul(parameter, kept) : parameter;
        parameter.assign(sub(decayed, mul(direction, learningRate)));
        mean.assign(add(mul(mean, beta2), mul(gradient, rest2)));
      });
    }
  });
}
