// AdamW: steps scaled by running means of the gradient and its square, with weight decay apart from them.
import { adamwUpdate } from '@hornbook/ops';
import type { Optimizer } from './optimizer.ts';
import { disposeSlots, restoreSlots, type Slots, slot, storeSlots } from './slots.ts';

export type AdamwOptions = {
  readonly learningRate: number;
  /** How long the mean of gradients remembers, 0 to 1. */
  readonly beta1?: number;
  /** The same for the mean of squares. */
  readonly beta2?: number;
  /** Added to the root of the mean of squares. */
  readonly epsilon?: number;
  /** Shrinks matrices and tables by `learningRate · weightDecay` a step; biases and norms, of rank below 2, do not decay. */
  readonly weightDecay?: number;
};

/**
 * AdamW with bias correction; only parameters of rank 2 and more decay, as nanoGPT groups them.
 *
 *     p ← p · (1 − learningRate · weightDecay)
 *     m ← β1 · m + (1 − β1) · g        m̂ = m / (1 − β1^t)
 *     v ← β2 · v + (1 − β2) · g²       v̂ = v / (1 − β2^t)
 *     p ← p − learningRate · m̂ / (√v̂ + ε)
 *
 * Source: Loshchilov and Hutter, https://arxiv.org/abs/1711.05101; torch.optim.AdamW, whose defaults these are.
 *
 * @throws RangeError if an option is out of its range
 */
export function adamw(options: AdamwOptions): Optimizer {
  const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0.01 } = options;
  for (const [name, value] of Object.entries({ learningRate, epsilon, weightDecay })) {
    if (!(value >= 0)) throw new RangeError(`Expected ${name} from 0 up, got ${value}`);
  }
  for (const [name, value] of Object.entries({ beta1, beta2 })) {
    if (!(value >= 0 && value < 1)) {
      throw new RangeError(`Expected ${name} from 0 up to but not including 1, got ${value}`);
    }
  }
  let slots: Slots<'mean' | 'variance'> = { mean: {}, variance: {} };
  let step = 0;
  return {
    learningRate,
    update(parameters, gradients, rate = learningRate) {
      step++;
      for (const [path, gradient] of Object.entries(gradients)) {
        const parameter = parameters[path];
        const mean = slot(slots.mean, path, parameter);
        const variance = slot(slots.variance, path, parameter);
        const decay = parameter.rank >= 2 ? weightDecay : 0;
        adamwUpdate(
          parameter,
          gradient,
          { mean, variance },
          { learningRate: rate, beta1, beta2, epsilon, weightDecay: decay, step },
        );
      }
    },
    state: () => storeSlots('adamw', step, slots),
    restore(state, parameters) {
      const restored = restoreSlots('adamw', ['mean', 'variance'], state, parameters);
      disposeSlots(slots);
      slots = restored;
      step = state.step;
    },
    dispose() {
      disposeSlots(slots);
      slots = { mean: {}, variance: {} };
      step = 0;
    },
  };
}
