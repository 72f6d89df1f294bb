// The training loop, as an async iterable: one event for each step, and the consumer decides when to stop.
import type { Batch } from '@hornbook/datasets';
import type { ParameterTree } from '@hornbook/ops';
import { dispose, type Scalar, type Tensor, tidy, type Variable, variableGrads } from '@tensorflow/tfjs-core';
import { clipByGlobalNorm } from './clip.ts';
import { evaluate, type Loss, toTensors } from './evaluate.ts';
import { pauses } from './event-loop.ts';
import { LossError } from './loss-error.ts';
import type { Optimizer } from './optimizer.ts';
import type { Schedule } from './schedules.ts';
import { namedVariables } from './trainable.ts';

export type TrainOptions<P extends ParameterTree> = {
  /** A tree of variables: see `trainable`. Changed in place. */
  readonly parameters: P;
  readonly loss: Loss<P>;
  /** Iterated anew when it ends: each pass is an epoch. */
  readonly batches: Iterable<Batch> | AsyncIterable<Batch>;
  readonly optimizer: Optimizer;
  /** Stop when this many steps have been made in all, those before `startStep` included. */
  readonly steps: number;
  /** Steps made before, for a run that goes on from a checkpoint. */
  readonly startStep?: number;
  /** Sets the rate of each step, instead of the optimizer's own. */
  readonly schedule?: Schedule;
  /** The longest gradient, all parameters taken as one vector, that is used in full; 1 is usual. */
  readonly clip?: number;
  /** Measures the loss on other batches after every so many steps, and after the last. */
  readonly evaluate?: {
    readonly every: number;
    readonly batches: () => Iterable<Batch>;
    /** For a model that acts otherwise when it does not learn, as with dropout. */
    readonly loss?: Loss<P>;
  };
  /** Ends the loop after the step that is being made. */
  readonly signal?: AbortSignal;
};

export type TrainingEvent = {
  /** Steps made before this one: 0 is the first. */
  readonly step: number;
  /** On this step's batch, before its update. */
  readonly loss: number;
  readonly learningRate: number;
  /** Before clipping; only where `clip` is given. */
  readonly gradientNorm?: number;
  /** After this step's update; only where one was made. */
  readonly validationLoss?: number;
};

/**
 * Trains: for each batch the loss, its gradients, and one update of the optimizer.
 *
 * When an event arrives its update has been made, and nothing runs until the next is asked for: the place to save a
 * checkpoint, with `event.step + 1` steps made. Breaking off or aborting leaves the parameters as the last event left
 * them. They and the optimizer stay the caller's. The event loop turns once a frame, or after each longer step.
 *
 * `for await (const { step, loss } of train({ parameters, loss, batches, optimizer, steps: 1000 })) console.log(loss)`
 *
 * @throws LossError if a loss, or with `clip` the gradients' norm, is not finite: then that update is not made
 * @throws RangeError if the batches end for good before the last step, or an option is out of its range
 * @throws TypeError if a parameter is no variable
 */
export async function* train<P extends ParameterTree>(options: TrainOptions<P>): AsyncGenerator<TrainingEvent, void> {
  const { parameters, loss, optimizer, steps, startStep = 0, schedule, clip, signal } = options;
  checkOptions(options);
  const variables = namedVariables(parameters);
  const pause = pauses();
  let step = startStep;
  if (step >= steps || signal?.aborted) return;
  for await (const batch of epochs(options.batches)) {
    const learningRate = schedule ? schedule(step) : optimizer.learningRate;
    const forward = () => loss(parameters, toTensors(batch));
    const measured = await applyStep(variables, forward, optimizer, { step, learningRate, clip });
    await pause();
    const event = { step, ...measured, learningRate };
    step++;
    const due = options.evaluate && (step % options.evaluate.every === 0 || step === steps);
    yield due ? { ...event, ...(await validate(options)) } : event;
    if (step >= steps || signal?.aborted) return;
  }
  throw new RangeError(
    `Expected batches for ${steps} steps, got ${step - startStep}: ` +
      'pass an iterable that can begin again, such as a loader',
  );
}

/** Gradients, then a look at the loss, then the update: a loss that is not finite must not reach the parameters. */
async function applyStep(
  variables: Readonly<Record<string, Variable>>,
  forward: () => Scalar,
  optimizer: Optimizer,
  { step, learningRate, clip }: { step: number; learningRate: number; clip?: number },
): Promise<{ loss: number; gradientNorm?: number }> {
  const { loss, norm, gradients } = tidy(() => backward(variables, forward, clip));
  try {
    const [[lossValue], normValues] = await Promise.all([loss.data(), norm?.data()]);
    if (!Number.isFinite(lossValue)) throw new LossError('loss', lossValue, step, learningRate);
    const gradientNorm = normValues?.[0];
    if (gradientNorm !== undefined && !Number.isFinite(gradientNorm)) {
      throw new LossError('gradient norm', gradientNorm, step, learningRate);
    }
    optimizer.update(variables, gradients, learningRate);
    return gradientNorm === undefined ? { loss: lossValue } : { loss: lossValue, gradientNorm };
  } finally {
    dispose([loss, norm, ...Object.values(gradients)].filter((tensor) => tensor !== undefined));
  }
}

function backward(
  variables: Readonly<Record<string, Variable>>,
  forward: () => Scalar,
  clip: number | undefined,
): { loss: Scalar; norm?: Scalar; gradients: Record<string, Tensor> } {
  const { value: loss, grads } = variableGrads(forward, Object.values(variables));
  const gradients: Record<string, Tensor> = {};
  for (const [path, { name }] of Object.entries(variables)) {
    if (grads[name]) gradients[path] = grads[name]; // a parameter that the loss does not reach has none
  }
  return clip === undefined ? { loss, gradients } : { loss, ...clipByGlobalNorm(gradients, clip) };
}

/** The batches, from the start again whenever they end. Ends itself when a pass brings none. */
async function* epochs(batches: Iterable<Batch> | AsyncIterable<Batch>): AsyncGenerator<Batch, void> {
  for (let found = true; found; ) {
    found = false;
    for await (const batch of batches) {
      found = true;
      yield batch;
    }
  }
}

async function validate<P extends ParameterTree>(
  options: TrainOptions<P>,
): Promise<{ validationLoss: number } | undefined> {
  if (!options.evaluate) return undefined;
  const { parameters, signal } = options;
  const { batches, loss = options.loss } = options.evaluate;
  const validationLoss = await evaluate({ parameters, loss, batches: batches(), signal });
  return validationLoss === undefined ? undefined : { validationLoss };
}

function checkOptions<P extends ParameterTree>({ steps, startStep = 0, clip, evaluate }: TrainOptions<P>): void {
  for (const [name, value] of Object.entries({ steps, startStep })) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new RangeError(`Expected ${name} to be a whole number from 0 up, got ${value}`);
    }
  }
  if (clip !== undefined && !(clip > 0)) throw new RangeError(`Expected clip to be above 0, got ${clip}`);
  if (evaluate && (!Number.isSafeInteger(evaluate.every) || evaluate.every < 1)) {
    throw new RangeError(`Expected evaluate.every to be a whole number above 0, got ${evaluate.every}`);
  }
}
