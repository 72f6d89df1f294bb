// `hornbook train --find-learning-rate`: tries rates from small to large on a new model, and names one.
import { crossEntropy } from '@hornbook/losses';
import { findLearningRate, type RatePoint, suggestLearningRate } from '@hornbook/training';
import { colors } from '../colors.ts';
import { UserError } from '../user-error.ts';
import { drawLossCurve } from './loss-curve.ts';
import { makeOptimizer } from './recipes.ts';
import { prepare, type TrainRequest } from './train.ts';

/** Trains nothing that lasts, and saves nothing. */
export async function showLearningRates(
  request: TrainRequest,
  {
    json,
    write,
    columns,
    signal,
  }: { json: boolean; write: (text: string) => void; columns: number; signal: AbortSignal },
): Promise<void> {
  const { settings } = request;
  if (settings.steps === undefined) {
    throw new UserError(`The ${settings.model} model counts, and has no learning rate`, { exitCode: 2 });
  }
  const { model, parameters, generator, batches, recipe } = await prepare(request);
  const points: RatePoint[] = [];
  for await (const point of findLearningRate({
    parameters,
    loss: (tree, { inputs, targets }) => crossEntropy(model.forwardTraining(tree, inputs, generator), targets),
    batches: batches.batches,
    optimizer: makeOptimizer(settings),
    ...(recipe.clip !== undefined && { clip: recipe.clip }),
    precision: recipe.precision,
    to: settings.optimizer === 'sgd' ? 10 : 1,
    signal,
  })) {
    points.push(point);
    if (json) write(`${JSON.stringify(point)}\n`);
  }
  if (signal.aborted) return;
  const learningRate = Number(suggest(points).toPrecision(2));
  if (json) {
    write(`${JSON.stringify({ done: true, learningRate })}\n`);
    return;
  }
  const shown = points.filter(({ loss }) => loss < 2 * points[0].loss);
  write(
    `Loss at ${shown.length} rates from ${points[0].learningRate} to ${shown[shown.length - 1].learningRate.toPrecision(2)}, one step at each\n` +
      `${drawLossCurve(
        shown.map(({ loss }) => loss),
        { width: Math.min(72, columns - 12) },
      )}\n\n` +
      `The loss falls fastest at ${colors.bold(String(learningRate))}: try --learning-rate ${learningRate}, and a few times less\n`,
  );
}

function suggest(points: readonly RatePoint[]): number {
  try {
    return suggestLearningRate(points);
  } catch (cause) {
    if (cause instanceof RangeError)
      throw new UserError('The loss falls at no rate: is the text long enough?', { cause });
    throw cause;
  }
}
