// Stochastic gradient descent: every parameter takes a step against its gradient.
import { sgdUpdates } from '@hornbook/ops';
import type { Optimizer } from './optimizer.ts';
import { checkBelowOne, checkFromZero } from './ranges.ts';
import { slotOptimizer } from './slot-optimizer.ts';

export type SgdOptions = {
  readonly learningRate: number;
  /** How much of the last direction carries over, 0 to 1; 0.9 is usual. */
  readonly momentum?: number;
  /** Steps from where the momentum leads rather than from here. */
  readonly nesterov?: boolean;
};

/**
 * `p ← p − learningRate · g`; with momentum μ, `v ← μ · v + g; p ← p − learningRate · v`; with Nesterov's,
 * `p ← p − learningRate · (g + μ · v)`.
 *
 * Source: torch.optim.SGD.
 *
 * @throws RangeError if the momentum is not in [0, 1), or 0 with `nesterov`, or the learning rate is no number from 0 up
 */
export function sgd({ learningRate, momentum = 0, nesterov = false }: SgdOptions): Optimizer {
  checkFromZero({ learningRate });
  checkBelowOne({ momentum });
  if (nesterov && momentum === 0) throw new RangeError('Expected a momentum above 0 with nesterov, got 0');
  return slotOptimizer({
    kind: 'sgd',
    learningRate,
    slots: momentum > 0 ? ['velocity'] : [],
    rates: ({ learningRate }) => Float32Array.of(learningRate, momentum),
    rateCount: 2,
    update: (shares, rates, factor) => sgdUpdates(shares, rates, { nesterov, factor }),
  });
}
