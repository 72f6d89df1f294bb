// A learning-rate finder: tries rates from small to large, once each, and watches the loss.
import type { Batch } from '@hornbook/datasets';
import { mapParameters, type ParameterTree } from '@hornbook/ops';
import { clone } from '@tensorflow/tfjs-core';
import type { Loss } from './evaluate.ts';
import { LossError } from './loss-error.ts';
import type { Optimizer } from './optimizer.ts';
import { checkPositiveWhole } from './ranges.ts';
import { type TrainOptions, train } from './train.ts';
import { namedVariables, trainable } from './trainable.ts';

export type FindLearningRateOptions<P extends ParameterTree> = {
  /** Not changed: a copy is trained. */
  readonly parameters: P;
  readonly loss: Loss<P>;
  readonly batches: Iterable<Batch> | AsyncIterable<Batch>;
  /** One of its own, not that of the run to come: its state is used, and freed at the end. */
  readonly optimizer: Optimizer;
  /** The first rate; 1e-6 by default. */
  readonly from?: number;
  /** The last rate; 1 by default. */
  readonly to?: number;
  /** How many rates, equally far apart on a logarithmic scale; 100 by default. */
  readonly steps?: number;
  readonly clip?: number;
  /** As the run to come has it: `'half'` may break at rates that `'full'` stands. */
  readonly precision?: TrainOptions<P>['precision'];
  readonly signal?: AbortSignal;
};

export type RatePoint = { readonly learningRate: number; readonly loss: number };

/**
 * One step at each rate, with the loss before that step. Ends early where the loss is no longer finite, or four times
 * the lowest so far.
 *
 *     const points = [];
 *     for await (const point of findLearningRate({ parameters, loss, batches, optimizer: adamw({ learningRate: 1 }) }))
 *       points.push(point);
 *     const learningRate = suggestLearningRate(points);
 *
 * Source: Smith, https://arxiv.org/abs/1506.01186; the form is fastai's.
 *
 * @throws RangeError if the rates are not above 0 and rising, or there are fewer than two
 * @throws Error, with what to do, for half precision where there is none
 */
export async function* findLearningRate<P extends ParameterTree>(
  options: FindLearningRateOptions<P>,
): AsyncGenerator<RatePoint, void> {
  const { from = 1e-6, to = 1, steps = 100, optimizer } = options;
  checkPositiveWhole({ steps });
  if (!(from > 0 && to > from && steps > 1)) {
    throw new RangeError(`Expected rates rising from above 0 in 2 or more steps, got ${from} to ${to} in ${steps}`);
  }
  const parameters = trainable(mapParameters(options.parameters, (parameter) => clone(parameter)));
  const schedule = (step: number) => from * (to / from) ** (step / (steps - 1));
  let lowest = Number.POSITIVE_INFINITY;
  try {
    for await (const { learningRate, loss } of train({ ...options, parameters, schedule, steps })) {
      yield { learningRate, loss };
      lowest = Math.min(lowest, loss);
      if (loss > 4 * lowest) return;
    }
  } catch (error) {
    if (!(error instanceof LossError)) throw error; // a rate that breaks training is what the finder looks for
  } finally {
    optimizer.dispose();
    for (const variable of Object.values(namedVariables(parameters))) variable.dispose();
  }
}

/**
 * The rate at which the loss, smoothed, fell fastest for each factor by which the rate rises, of those before its
 * lowest point.
 *
 * @throws RangeError if the loss never falls: there is nothing to suggest
 */
export function suggestLearningRate(points: readonly RatePoint[]): number {
  const smooth = smoothed(points.map(({ loss }) => loss));
  const lowest = smooth.indexOf(Math.min(...smooth));
  let best: { slope: number; learningRate: number } = { slope: 0, learningRate: Number.NaN };
  for (let i = 1; i <= lowest; i++) {
    const slope = (smooth[i] - smooth[i - 1]) / Math.log(points[i].learningRate / points[i - 1].learningRate);
    // The loss of point i was measured after a step at the rate of the point before.
    if (slope < best.slope) best = { slope, learningRate: points[i - 1].learningRate };
  }
  if (best.slope < 0) return best.learningRate;
  throw new RangeError(
    'Expected a loss that falls at some rate, got one that never does: try rates from lower to higher',
  );
}

/** A running mean that remembers about ten points, without the bias of its start. */
function smoothed(values: readonly number[]): number[] {
  let mean = 0;
  return values.map((value, i) => {
    mean = 0.9 * mean + 0.1 * value;
    return mean / (1 - 0.9 ** (i + 1));
  });
}
