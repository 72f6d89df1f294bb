// Adam: steps scaled by running means of the gradient and its square.
import { adamRates, adamUpdates, adamwRateCount } from '@hornbook/ops';
import type { Optimizer } from './optimizer.ts';
import { checkBelowOne, checkFromZero } from './ranges.ts';
import { slotOptimizer } from './slot-optimizer.ts';

export type AdamOptions = {
  readonly learningRate: number;
  /** How long the mean of gradients remembers, 0 to 1. */
  readonly beta1?: number;
  /** The same for the mean of squares. */
  readonly beta2?: number;
  /** Added to the root of the mean of squares. */
  readonly epsilon?: number;
  /** Added to every gradient as `weightDecay · p`; 0 by default. `adamw` decays better. */
  readonly weightDecay?: number;
};

/**
 * Adam with bias correction; a weight decay joins the gradient, of every parameter.
 *
 *     g ← g + weightDecay · p
 *     m ← β1 · m + (1 − β1) · g        m̂ = m / (1 − β1^t)
 *     v ← β2 · v + (1 − β2) · g²       v̂ = v / (1 − β2^t)
 *     p ← p − learningRate · m̂ / (√v̂ + ε)
 *
 * Source: Kingma and Ba, https://arxiv.org/abs/1412.6980; torch.optim.Adam, whose defaults these are. Without AMSGrad.
 *
 * @throws RangeError if an option is out of its range
 */
export function adam(options: AdamOptions): Optimizer {
  const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = options;
  checkFromZero({ learningRate, epsilon, weightDecay });
  checkBelowOne({ beta1, beta2 });
  return slotOptimizer({
    kind: 'adam',
    learningRate,
    slots: ['mean', 'variance'],
    rates: (given) => adamRates({ ...given, beta1, beta2, epsilon, weightDecay }),
    rateCount: adamwRateCount,
    update(shares, rates, factor) {
      const decays = weightDecay > 0;
      adamUpdates(
        shares.map((share) => ({ ...share, decays })),
        rates,
        { factor },
      );
    },
  });
}
