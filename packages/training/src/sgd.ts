// Stochastic gradient descent: every parameter takes a step against its gradient.
import { sgdUpdate } from '@hornbook/ops';
import type { Optimizer } from './optimizer.ts';
import { disposeSlots, restoreSlots, type Slots, slot, storeSlots } from './slots.ts';

export type SgdOptions = {
  readonly learningRate: number;
  /** How much of the last direction carries over, 0 to 1; 0.9 is usual. */
  readonly momentum?: number;
};

/**
 * `p ← p − learningRate · g`; with momentum μ, `v ← μ · v + g; p ← p − learningRate · v`.
 *
 * Source: torch.optim.SGD.
 *
 * @throws RangeError if the momentum is not in [0, 1) or the learning rate is no number from 0 up
 */
export function sgd({ learningRate, momentum = 0 }: SgdOptions): Optimizer {
  if (!(learningRate >= 0)) throw new RangeError(`Expected a learningRate from 0 up, got ${learningRate}`);
  if (!(momentum >= 0 && momentum < 1)) {
    throw new RangeError(`Expected a momentum from 0 up to but not including 1, got ${momentum}`);
  }
  let slots: Slots<'velocity'> = { velocity: {} };
  let step = 0;
  return {
    learningRate,
    update(parameters, gradients, rate = learningRate) {
      for (const [path, gradient] of Object.entries(gradients)) {
        const parameter = parameters[path];
        sgdUpdate(parameter, gradient, {
          learningRate: rate,
          momentum: momentum ? { factor: momentum, velocity: slot(slots.velocity, path, parameter) } : undefined,
        });
      }
      step++;
    },
    state: () => storeSlots('sgd', step, slots),
    restore(state, parameters) {
      const restored = restoreSlots('sgd', ['velocity'], state, parameters);
      disposeSlots(slots);
      slots = restored;
      step = state.step;
    },
    dispose() {
      disposeSlots(slots);
      slots = { velocity: {} };
      step = 0;
    },
  };
}
