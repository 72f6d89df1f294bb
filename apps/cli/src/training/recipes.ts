// How a model is trained, from its settings: the optimizer, how the rate falls, and where gradients are cut.
import {
  adam,
  adamw,
  averaged,
  constantRate,
  cosineRate,
  groups,
  type LossScaler,
  linearRate,
  lion,
  lossScaler,
  muon,
  type Optimizer,
  type ParameterTest,
  type Schedule,
  sgd,
  stepRate,
  warmupStableDecayRate,
} from '@hornbook/training';
import { parseDrops } from '../config/rate-drops.ts';
import type { Settings } from '../config/settings.ts';
import { UserError } from '../user-error.ts';

export type Recipe = {
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  /** The parameters to judge and to keep: those that the optimizer averages, or the same. */
  readonly average: <P extends Parameters<Optimizer['check']>[1]>(parameters: P) => P;
  /** The longest gradient that is used in full. */
  readonly clip?: number;
  /** Batches that make one step. */
  readonly accumulate: number;
  /** How many times its level the loss may be. */
  readonly explosion: number;
  readonly precision: Settings['precision'];
  /** In half precision. */
  readonly scaler?: LossScaler;
};

/** @throws UserError if the settings do not go together */
export function makeRecipe(settings: Settings): Recipe {
  const { average: decay, clip, accumulate, explosion, precision = 'full' } = settings; // runs of before have none
  try {
    const optimizer = makeOptimizer(settings);
    const rest = {
      schedule: makeSchedule(settings),
      accumulate,
      explosion: explosion === 0 ? Number.POSITIVE_INFINITY : explosion,
      ...(clip > 0 && { clip }),
      precision,
      ...(precision === 'half' && { scaler: lossScaler() }),
    };
    if (decay === 0) return { optimizer, average: (parameters) => parameters, ...rest };
    const averaging = averaged(optimizer, { decay });
    return { optimizer: averaging, average: averaging.average, ...rest };
  } catch (error) {
    if (error instanceof RangeError) throw new UserError(error.message, { exitCode: 2, cause: error });
    throw error;
  }
}

export function makeOptimizer(settings: Settings): Optimizer {
  const { model, restRate, learningRate, momentum, weightDecay } = settings;
  switch (settings.optimizer) {
    case 'sgd':
      return sgd(settings);
    case 'adam':
      return adam(settings);
    case 'adamw':
      return adamw(settings);
    case 'lion':
      return lion(settings);
    case 'muon':
      if (model === 'bigram') {
        throw new RangeError(
          'Expected an optimizer other than muon, which is for matrices between layers: a bigram has none',
        );
      }
      return groups(
        [{ where: isBetweenLayers, optimizer: muon({ learningRate, momentum, weightDecay }) }],
        adamw({ ...settings, learningRate: restRate }),
      );
  }
}

function makeSchedule(settings: Settings): Schedule {
  const { learningRate, finalRate: minimum } = settings;
  switch (settings.schedule) {
    case 'constant':
      return constantRate(learningRate);
    case 'linear':
      return linearRate({ ...settings, minimum });
    case 'cosine':
      return cosineRate({ ...settings, minimum });
    case 'stable-decay':
      return warmupStableDecayRate({ ...settings, minimum });
    case 'drop':
      return stepRate(learningRate, parseDrops(settings.drops));
  }
}

/** A matrix, and neither a table of tokens nor the way to their scores. */
const isBetweenLayers: ParameterTest = (path, { rank }) =>
  rank === 2 && /^(?:model\.)?(?:blocks|layers|hidden)\./.test(path);
