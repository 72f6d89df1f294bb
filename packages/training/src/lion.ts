// Lion: every number moves by the same amount, in the direction that recent gradients agree on.
import { lionRateCount, lionRates, lionUpdates } from '@hornbook/ops';
import { isMatrix, type ParameterTest } from './adamw.ts';
import type { Optimizer } from './optimizer.ts';
import { checkBelowOne, checkFromZero } from './ranges.ts';
import { slotOptimizer } from './slot-optimizer.ts';

export type LionOptions = {
  /** A third to a tenth of AdamW's: every number moves by all of it at every step. */
  readonly learningRate: number;
  /** How much of the direction is the running mean rather than the gradient, 0 to 1. */
  readonly beta1?: number;
  /** How long the running mean remembers. */
  readonly beta2?: number;
  /** Shrinks parameters by `learningRate · weightDecay` a step; 3 to 10 times AdamW's. */
  readonly weightDecay?: number;
  /** Which parameters decay: by default those of rank 2 and more. */
  readonly decays?: ParameterTest;
};

/**
 * Lion, with one running mean where Adam has two.
 *
 *     p ← p · (1 − learningRate · weightDecay) − learningRate · sign(β1 · m + (1 − β1) · g)
 *     m ← β2 · m + (1 − β2) · g
 *
 * Source: Chen et al., https://arxiv.org/abs/2302.06675, whose defaults these are.
 *
 * @throws RangeError if an option is out of its range
 */
export function lion(options: LionOptions): Optimizer {
  const { learningRate, beta1 = 0.9, beta2 = 0.99, weightDecay = 0, decays = isMatrix } = options;
  checkFromZero({ learningRate, weightDecay });
  checkBelowOne({ beta1, beta2 });
  return slotOptimizer({
    kind: 'lion',
    learningRate,
    slots: ['mean'],
    rates: ({ learningRate }) => lionRates({ learningRate, beta1, beta2, weightDecay }),
    rateCount: lionRateCount,
    update(shares, rates, factor) {
      lionUpdates(
        shares.map((share) => ({ ...share, decays: weightDecay > 0 && decays(share.path, share.parameter) })),
        rates,
        { factor },
      );
    },
  });
}
