// Muon: momentum for matrices, made orthogonal, so that no direction of a matrix is learned at another's expense.
import { muonRateCount, muonRates, muonUpdates } from '@hornbook/ops';
import type { Optimizer } from './optimizer.ts';
import { checkBelowOne, checkFromZero, checkPositiveWhole } from './ranges.ts';
import { slotOptimizer } from './slot-optimizer.ts';

export type MuonOptions = {
  /** 0.02 is usual: a step's length does not depend on the gradient's. */
  readonly learningRate: number;
  /** How much of the last direction carries over, 0 to 1. */
  readonly momentum?: number;
  /** Shrinks parameters by `learningRate · weightDecay` a step. */
  readonly weightDecay?: number;
  /** Newton–Schulz iterations. */
  readonly iterations?: number;
};

/**
 * For the matrices between a model's layers, [in, out]; tables, the head, biases and norms belong to another optimizer:
 *
 *     groups([{ where: (path, { rank }) => rank === 2 && path.startsWith('blocks.'), optimizer: muon({ learningRate: 0.02 }) }],
 *       adamw({ learningRate: 3e-4 }))
 *
 * The formula is at `muonUpdate` of @hornbook/ops.
 *
 * Source: Keller Jordan, https://kellerjordan.github.io/posts/muon/, whose coefficients and defaults these are.
 *
 * @throws RangeError if an option is out of its range; `update` a TypeError if a parameter is no matrix
 */
export function muon(options: MuonOptions): Optimizer {
  const { learningRate, momentum = 0.95, weightDecay = 0, iterations = 5 } = options;
  checkFromZero({ learningRate, weightDecay });
  checkBelowOne({ momentum });
  checkPositiveWhole({ iterations });
  return slotOptimizer({
    kind: 'muon',
    learningRate,
    slots: ['velocity'],
    rates: ({ learningRate }) => muonRates({ learningRate, momentum, weightDecay }),
    rateCount: muonRateCount,
    update(shares, rates, factor) {
      const odd = shares.find(({ parameter }) => parameter.rank !== 2);
      if (odd) {
        throw new TypeError(
          `Expected a matrix at '${odd.path}', got rank ${odd.parameter.rank}: Muon is for matrices, so use groups to give it to another optimizer`,
        );
      }
      muonUpdates(shares, rates, { iterations, factor });
    },
  });
}
