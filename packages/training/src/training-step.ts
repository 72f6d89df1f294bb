// One step of training, compiled: gradients, then a look at them, then the update.
import type { Batch } from '@hornbook/datasets';
import {
  autocast,
  capturing,
  clipFactor,
  compileStep,
  globalNorm,
  type HostArray,
  hostInput,
  type ParameterTree,
  type Readable,
} from '@hornbook/ops';
import { dispose, div, type Scalar, stack, type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import { countTargets, fromInputs, type Loss, type TensorBatch, toInputs, toTensors } from './evaluate.ts';
import { gradientsOf, longest, notFinite } from './gradients.ts';
import { LossError } from './loss-error.ts';
import { lossLevel } from './loss-level.ts';
import type { LossScaler } from './loss-scaler.ts';
import { type Optimizer, updateBy } from './optimizer.ts';
import { namedVariables } from './trainable.ts';

export type TrainingStepOptions<P extends ParameterTree> = {
  readonly parameters: P;
  readonly loss: Loss<P>;
  readonly optimizer: Optimizer;
  readonly clip?: number;
  readonly explosion: number;
  readonly record: boolean;
  readonly half: boolean;
  readonly scaler?: LossScaler;
};

export type TrainingStep = {
  /** Why an engine that replays steps does not replay this one; undefined where it does or may yet, and elsewhere. */
  readonly eager: string | undefined;
  /** @throws LossError, before the update, if it must not be made */
  run(batches: readonly Batch[], step: number, learningRate: number): Promise<Measured>;
  dispose(): void;
};

export type Measured = {
  readonly loss: number;
  readonly gradientNorm?: number;
  readonly lossScale?: number;
  readonly skipped?: number;
};

/** Ends a step before its update. */
class Overflow extends Error {}

/** @throws TypeError if a parameter is no variable */
export function trainingStep<P extends ParameterTree>(options: TrainingStepOptions<P>): TrainingStep {
  const { parameters, loss, optimizer, clip, record, half, scaler } = options;
  const variables = namedVariables(parameters);
  const limitOf = lossLevel(options.explosion);
  let learningRate = optimizer.learningRate; // of the step that is being made
  let paths: readonly string[] = [];
  let width: 2 | 3 | undefined; // the tensors of each batch: inputs, targets, and perhaps documents

  const compiled = compileStep(
    function* (...inputs: Tensor[]) {
      const each = width as number;
      const shares = inputs.length % each === 1 ? (inputs.pop() as Tensor1D) : undefined;
      const scale = scaler && (hostInput(() => Float32Array.of(scaler.scale), []) as Scalar);
      const backward = () =>
        gradientsOf(variables, (batch) => loss(parameters, batch), batchesOf(inputs, each), shares, scale);
      const { loss: mean, gradients } = half ? autocast(backward) : backward();
      const norm = globalNorm(Object.values(gradients));
      paths = Object.keys(gradients);
      const kept = scale ? [scale] : [];
      yield [stack([mean, norm]), norm, ...Object.values(gradients), ...kept]; // the first is one reading: each makes a GPU wait
      const length = scale ? div<Scalar>(norm, scale) : norm;
      const clipped = clip === undefined ? undefined : clipFactor(length, clip);
      const factor = scale ? div<Scalar>(clipped ?? 1, scale) : clipped;
      updateBy(optimizer, variables, gradients, () => learningRate, factor);
    },
    { record },
  );

  /** What is not finite must not reach the parameters. */
  const check = async (loss: number, norm: number, gradients: readonly Readable[], step: number) => {
    const limit = limitOf(loss);
    if (Number.isFinite(loss) && Number.isFinite(norm) && limit === undefined) return;
    const culprits = await notFinite(paths, gradients);
    const refuse = (quantity: ConstructorParameters<typeof LossError>[0], value: number) =>
      new LossError(quantity, value, step, learningRate, [...culprits.keys()]);
    if (!Number.isFinite(loss)) throw refuse('loss', loss);
    if (clip !== undefined && !Number.isFinite(norm)) throw refuse('gradient norm', norm);
    for (const value of culprits.values()) throw refuse('gradient', value); // else only their squares were too large
    if (limit === undefined) return;
    throw new LossError('loss', loss, step, learningRate, [await longest(paths, gradients)], limit);
  };

  /** A replay checks nothing. Made in the open, the loss may say what is wrong with its batch. */
  const lookAgain = (batches: readonly Batch[]) => {
    if (compiled.replays > 0) for (const batch of batches) dispose(tidy(() => loss(parameters, toTensors(batch))));
  };

  return {
    get eager() {
      return record && capturing() ? compiled.reason : undefined;
    },
    async run(batches, step, rate) {
      learningRate = rate;
      width = widthOf(batches, width);
      let measured: Measured = { loss: Number.NaN };
      const scale = scaler?.scale ?? 1;
      const update = compiled.run(inputsOf(batches), async ([readings, , ...gradients]) => {
        const [loss, norm] = (await readings.data()).map((number) => number / scale);
        if (!Number.isFinite(loss)) lookAgain(batches);
        measured = { loss };
        if (scaler && Number.isFinite(loss)) {
          const fits = Number.isFinite(norm);
          const goesOn = scaler.update(fits);
          measured = { loss, lossScale: scale, skipped: scaler.skipped };
          if (!fits && goesOn) throw new Overflow();
        }
        await check(loss, norm, gradients, step);
        if (clip !== undefined) measured = { ...measured, gradientNorm: norm };
      });
      await update.catch((error) => {
        if (!(error instanceof Overflow)) throw error;
      });
      return measured;
    },
    dispose: () => compiled.dispose(),
  };
}

/** Inputs and targets of each batch that counts, and where they are several, their shares of the targets. */
function inputsOf(batches: readonly Batch[]): HostArray[] {
  if (batches.length === 1) return toInputs(batches[0]);
  const counted = batches.map((batch) => ({ batch, count: countTargets(batch) })).filter(({ count }) => count > 0);
  if (counted.length === 0) return toInputs(batches[0]); // the loss says what it says of no targets
  const total = counted.reduce((sum, { count }) => sum + count, 0);
  const shares = Float32Array.from(counted, ({ count }) => count / total);
  return [...counted.flatMap(({ batch }) => toInputs(batch)), { data: shares, shape: [shares.length] }];
}

/** How many tensors a batch is. A recorded step would take the documents of some for the inputs of others. */
function widthOf(batches: readonly Batch[], before: 2 | 3 | undefined): 2 | 3 {
  const width = before ?? (batches[0].documents ? 3 : 2);
  if (batches.every(({ documents }) => (documents ? 3 : 2) === width)) return width;
  throw new TypeError('Expected documents in all batches or in none, got some of both: train on them apart');
}

function batchesOf(tensors: readonly Tensor[], width: number): TensorBatch[] {
  const count = tensors.length / width;
  return Array.from({ length: count }, (_, i) => fromInputs(tensors.slice(i * width, (i + 1) * width)));
}
