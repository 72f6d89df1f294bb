// The training loop, as an async iterable: one event for each step, and the consumer decides when to stop.
import type { Batch } from '@hornbook/datasets';
import type { ParameterTree } from '@hornbook/ops';
import { evaluator, type Loss } from './evaluate.ts';
import { pauses } from './event-loop.ts';
import { type LossScaler, lossScaler } from './loss-scaler.ts';
import type { Optimizer } from './optimizer.ts';
import { checkPositiveWhole } from './ranges.ts';
import type { Schedule } from './schedules.ts';
import { trainingStep } from './training-step.ts';

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
   * `'half'` keeps activations and their gradients in 16 bits, half the memory, on webgpu where the GPU has shader-f16.
   * Parameters, their gradients and the optimizer's state stay in 32. `'full'` by default.
   */
  readonly precision?: 'full' | 'half';
  /** Scales the loss, and skips steps whose gradients overflow. In half precision there is one, given or not. */
  readonly scaler?: LossScaler;
  /**
   * Batches whose mean gradient makes one step, as that of one large batch would: for those too large for memory.
   * Each counts by its targets, the negative ones left out, so they may be of different sizes. 1 by default.
   */
  readonly accumulate?: number;
  /**
   * Stops with a LossError where the loss is more than so many times its level, which is the lowest of its running mean,
   * or 1 if that is lower. 100 by default; Infinity lets it grow until it is not finite.
   */
  readonly explosion?: number;
  /** Measures the loss on other batches after every so many steps, and after the last. */
  readonly evaluate?: {
    readonly every: number;
    readonly batches: () => Iterable<Batch>;
    /** For a model that acts otherwise when it does not learn, as with dropout. */
    readonly loss?: Loss<P>;
  };
  /** Ends the loop after the step that is being made. */
  readonly signal?: AbortSignal;
  /**
   * False for a loss that an engine must not record and replay (see `compileStep` of @hornbook/ops): one whose
   * JavaScript does something else after some steps, and takes it neither from the batch nor from a `hostInput`.
   */
  readonly compile?: boolean;
};

export type TrainingEvent = {
  /** Steps made before this one: 0 is the first. */
  readonly step: number;
  /** On this step's batch or batches, before its update. */
  readonly loss: number;
  readonly learningRate: number;
  /** Before clipping; only where `clip` is given and the step was not skipped. */
  readonly gradientNorm?: number;
  /** What the loss was multiplied by; only with a scaler. */
  readonly lossScale?: number;
  /** How many steps had no update so far, this one counted, because gradients overflowed; only with a scaler. */
  readonly skipped?: number;
  /** After this step's update; only where one was made. */
  readonly validationLoss?: number;
  /** Why steps will not be replayed, on an engine that replays them; only on the first event since that is known. */
  readonly eager?: string;
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
 * On the engine `simd` the steps, and the forward passes of the evaluation, are recorded and replayed: the same losses bit
 * for bit, sooner.
 *
 * @throws LossError if a loss or a gradient is not finite, or the loss explodes: then that update is not made
 * @throws Error, with what to do, for half precision where there is none
 * @throws RangeError if the batches end for good before the last step, or an option is out of its range
 * @throws TypeError if a parameter is no variable
 */
export async function* train<P extends ParameterTree>(options: TrainOptions<P>): AsyncGenerator<TrainingEvent, void> {
  const { parameters, loss, optimizer, steps, startStep = 0, schedule, clip, accumulate = 1, signal } = options;
  const { explosion = 100, compile: record = true } = options;
  checkOptions(options);
  const half = options.precision === 'half';
  const scaler = options.scaler ?? (half ? lossScaler() : undefined);
  const one = trainingStep({ parameters, loss, optimizer, clip, explosion, record, half, scaler });
  const held = options.evaluate && evaluator(parameters, options.evaluate.loss ?? loss, record);
  const pause = pauses();
  let step = startStep;
  let told = false;
  if (step >= steps || signal?.aborted) return;
  try {
    for await (const batches of partsOf(options.batches, accumulate)) {
      const learningRate = schedule ? schedule(step) : optimizer.learningRate;
      const measured = await one.run(batches, step, learningRate);
      await pause();
      const { eager } = one;
      const event = { step, ...measured, learningRate, ...(eager !== undefined && !told && { eager }) };
      told = eager !== undefined;
      step++;
      const due = options.evaluate && (step % options.evaluate.every === 0 || step === steps);
      const validationLoss = due ? await held?.run(options.evaluate.batches(), signal) : undefined;
      yield validationLoss === undefined ? event : { ...event, validationLoss };
      if (step >= steps || signal?.aborted) return;
    }
  } finally {
    one.dispose();
    held?.dispose();
  }
  throw new RangeError(
    `Expected batches for ${steps} steps, got ${step - startStep}: ` +
      'pass an iterable that can begin again, such as a loader',
  );
}

/**
 * Each `count` batches together, from the start again whenever they end; those left over at the very end are not used.
 * Ends itself when a pass brings none.
 */
async function* partsOf(
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  count: number,
): AsyncGenerator<readonly Batch[], void> {
  let part: Batch[] = [];
  for (let found = true; found; ) {
    found = false;
    for await (const batch of batches) {
      found = true;
      part.push(batch);
      if (part.length < count) continue;
      yield part;
      part = [];
    }
  }
}

function checkOptions<P extends ParameterTree>(options: TrainOptions<P>): void {
  const { steps, startStep = 0, clip, explosion = 100, accumulate = 1, evaluate } = options;
  for (const [name, value] of Object.entries({ steps, startStep })) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new RangeError(`Expected ${name} to be a whole number from 0 up, got ${value}`);
    }
  }
  if (!(explosion > 1)) throw new RangeError(`Expected explosion to be above 1, got ${explosion}`);
  if (clip !== undefined && !(clip > 0)) throw new RangeError(`Expected clip to be above 0, got ${clip}`);
  checkPositiveWhole({ accumulate, ...(evaluate && { 'evaluate.every': evaluate.every }) });
}
