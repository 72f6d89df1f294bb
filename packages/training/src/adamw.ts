// AdamW: steps scaled by running means of the gradient and its square, with weight decay apart from them.
import { adamwRateCount, adamwRates, adamwUpdates } from '@hornbook/ops';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Optimizer } from './optimizer.ts';
import { checkBelowOne, checkFromZero } from './ranges.ts';
import { slotOptimizer } from './slot-optimizer.ts';

/** Picks parameters: `(path, parameter) => parameter.rank >= 2 && path !== 'positions.table'`. */
export type ParameterTest = (path: string, parameter: Tensor) => boolean;

export type AdamwOptions = {
  readonly learningRate: number;
  /** How long the mean of gradients remembers, 0 to 1. */
  readonly beta1?: number;
  /** The same for the mean of squares. */
  readonly beta2?: number;
  /** Added to the root of the mean of squares. */
  readonly epsilon?: number;
  /** Shrinks parameters by `learningRate · weightDecay` a step. */
  readonly weightDecay?: number;
  /** Which parameters decay: by default matrices and tables, and not biases and norms, of rank below 2. */
  readonly decays?: ParameterTest;
};

/**
 * AdamW with bias correction; only parameters of rank 2 and more decay, as nanoGPT groups them, unless `decays` says
 * otherwise.
 *
 *     p ← p · (1 − learningRate · weightDecay)
 *     m ← β1 · m + (1 − β1) · g        m̂ = m / (1 − β1^t)
 *     v ← β2 · v + (1 − β2) · g²       v̂ = v / (1 − β2^t)
 *     p ← p − learningRate · m̂ / (√v̂ + ε)
 *
 * Source: Loshchilov and Hutter, https://arxiv.org/abs/1711.05101; torch.optim.AdamW, whose defaults these are, with
 * `decays: () => true` if all its parameters are in one group.
 *
 * @throws RangeError if an option is out of its range
 */
export function adamw(options: AdamwOptions): Optimizer {
  const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0.01, decays = isMatrix } = options;
  checkFromZero({ learningRate, epsilon, weightDecay });
  checkBelowOne({ beta1, beta2 });
  return slotOptimizer({
    kind: 'adamw',
    learningRate,
    slots: ['mean', 'variance'],
    rates: (given) => adamwRates({ ...given, beta1, beta2, epsilon, weightDecay }),
    rateCount: adamwRateCount,
    update(shares, rates, factor) {
      adamwUpdates(
        shares.map((share) => ({ ...share, decays: weightDecay > 0 && decays(share.path, share.parameter) })),
        rates,
        { factor },
      );
    },
  });
}

/** A matrix or a table, and no bias or norm: what decays by default. */
export function isMatrix(_path: string, parameter: Tensor): boolean {
  return parameter.rank >= 2;
}
