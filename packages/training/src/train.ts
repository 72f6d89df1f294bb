// The training loop, as an async iterable: one event for each step, and the consumer decides when to stop.
import type { Batch } from '@hornbook/datasets';
import { globalNorm, type ParameterTree } from '@hornbook/ops';
import { dispose, type Scalar, stack, type Variable } from '@tensorflow/tfjs-core';
import { scaleByNorm } from './clip.ts';
import { evaluate, type Loss, toTensors } from './evaluate.ts';
import { pauses } from './event-loop.ts';
import { disposeGradients, gradientsOf, notFinite, sumOfAll } from './gradients.ts';
import { LossError } from './loss-error.ts';
import type { Optimizer } from './optimizer.ts';
import { checkPositiveWhole } from './ranges.ts';
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
  /**
   * Batches whose mean gradient makes one step, as that of one large batch would: for those too large for memory.
   * Each counts by its targets, the negative ones left out, so they may be of different sizes. 1 by default.
   */
  readonly accumulate?: number;
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
  /** On this step's batch or batches, before its update. */
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
 * @throws LossError if a loss or a gradient is not finite: then that update is not made
 * @throws RangeError if the batches end for good before the last step, or an option is out of its range
 * @throws TypeError if a parameter is no variable
 */
export async function* train<P extends ParameterTree>(options: TrainOptions<P>): AsyncGenerator<TrainingEvent, void> {
  const { parameters, loss, optimizer, steps, startStep = 0, schedule, clip, accumulate = 1, signal } = options;
  checkOptions(options);
  const variables = namedVariables(parameters);
  const pause = pauses();
  let step = startStep;
  if (step >= steps || signal?.aborted) return;
  for await (const batches of inParts(epochs(options.batches), accumulate)) {
    const learningRate = schedule ? schedule(step) : optimizer.learningRate;
    const forward = (batch: Batch) => loss(parameters, toTensors(batch));
    const measured = await applyStep(variables, forward, batches, optimizer, { step, learningRate, clip });
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

/** Gradients, then a look at them, then the update: what is not finite must not reach the parameters. */
async function applyStep(
  variables: Readonly<Record<string, Variable>>,
  forward: (batch: Batch) => Scalar,
  batches: readonly Batch[],
  optimizer: Optimizer,
  { step, learningRate, clip }: { step: number; learningRate: number; clip?: number },
): Promise<{ loss: number; gradientNorm?: number }> {
  const measured = gradientsOf(variables, forward, batches);
  const { gradients } = measured;
  const size = clip === undefined ? sumOfAll(gradients) : globalNorm(Object.values(gradients));
  const readings = stack([measured.loss, size]); // one reading: each makes a GPU wait
  try {
    const [loss, sizeValue] = await readings.data();
    if (!Number.isFinite(loss) || !Number.isFinite(sizeValue)) {
      const culprits = await notFinite(gradients);
      const refuse = (quantity: ConstructorParameters<typeof LossError>[0], value: number) =>
        new LossError(quantity, value, step, learningRate, [...culprits.keys()]);
      if (!Number.isFinite(loss)) throw refuse('loss', loss);
      if (clip !== undefined) throw refuse('gradient norm', sizeValue);
      for (const value of culprits.values()) throw refuse('gradient', value); // else only their sum was too large
    }
    if (clip === undefined) {
      optimizer.update(variables, gradients, learningRate);
      return { loss };
    }
    const clipped = scaleByNorm(gradients, size, clip);
    try {
      optimizer.update(variables, clipped, learningRate);
    } finally {
      dispose(clipped);
    }
    return { loss, gradientNorm: sizeValue };
  } finally {
    dispose([size, readings]);
    disposeGradients(measured);
  }
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

/** Each `count` batches together; those left over at the end are not used. */
async function* inParts(batches: AsyncIterable<Batch>, count: number): AsyncGenerator<readonly Batch[], void> {
  let part: Batch[] = [];
  for await (const batch of batches) {
    part.push(batch);
    if (part.length < count) continue;
    yield part;
    part = [];
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

function checkOptions<P extends ParameterTree>(options: TrainOptions<P>): void {
  const { steps, startStep = 0, clip, accumulate = 1, evaluate } = options;
  for (const [name, value] of Object.entries({ steps, startStep })) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new RangeError(`Expected ${name} to be a whole number from 0 up, got ${value}`);
    }
  }
  if (clip !== undefined && !(clip > 0)) throw new RangeError(`Expected clip to be above 0, got ${clip}`);
  checkPositiveWhole({ accumulate, ...(evaluate && { 'evaluate.every': evaluate.every }) });
}
