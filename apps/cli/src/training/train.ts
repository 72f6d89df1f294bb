// `hornbook train` and `hornbook resume`: text in, a run folder out.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { GpuError } from '@hornbook/backends';
import { manualSeed } from '@hornbook/random';
import { trainable } from '@hornbook/training';
import type { Settings } from '../config/settings.ts';
import { makeParts, makeTokenizer, tokenizerPlace } from '../data/corpus.ts';
import { endOfPrepared, preparedTokenizer, preparedTokenizerName } from '../data/prepared-data.ts';
import { readTrainingSource } from '../data/source.ts';
import { saveBeside } from '../finetune/adapter-files.ts';
import { makeTask } from '../finetune/task.ts';
import { startBackend } from '../start-backend.ts';
import { UserError } from '../user-error.ts';
import { countBigrams } from './counted-bigram.ts';
import { makeModel } from './language-models.ts';
import { expectRoom } from './memory-needed.ts';
import { expectPrecision } from './precision.ts';
import { makeRecipe } from './recipes.ts';
import { restoreVariables } from './restore.ts';
import { runBatches } from './run-batches.ts';
import { expectConfig, freeRunFolder, type OpenRun, openRun } from './run-folder.ts';
import { runTraining, type TrainingRun, type Watch } from './training-run.ts';

export type TrainRequest = {
  readonly settings: Settings;
  /** How the tokenizer was asked for, such as `--tokenizer`; the default may be none that anybody asked for. */
  readonly tokenizerSaid?: string;
  readonly out?: string;
  readonly backend?: string;
};

/** Trains a new model and saves it. Aborting saves what there is. */
export async function trainNew(request: TrainRequest, watch: Watch): Promise<void> {
  const { out, backend } = request;
  const run = await prepare(request);
  const folder = out ?? freeRunFolder(run.title, run.settings.model);
  await runOnGpu({ ...run, folder }, { folder, backend }, watch);
}

/** A model that counts makes no steps, with an optimizer that has nothing to do. */
const still = {
  optimizer: 'sgd',
  learningRate: 0,
  momentum: 0,
  schedule: 'constant',
  clip: 0,
  explosion: 0,
  precision: 'full',
  average: 0,
  accumulate: 1,
  order: 'random',
  batchSize: 1,
} as const;

/** All of a new run but its folder: the text is read, the model made, and nothing written. */
export async function prepare({ settings: given, tokenizerSaid, backend: backendName }: TrainRequest) {
  const source = await readTrainingSource(given.data);
  const place = tokenizerPlace(given.tokenizer);
  const { prepared } = source;
  const tokenizer = prepared
    ? await preparedTokenizer(prepared, source.name, { tokenizer: place, said: tokenizerSaid })
    : await makeTokenizer(place, source.text);
  const named = prepared ? preparedTokenizerName(tokenizer, source.location) : place;
  const settings = { ...given, data: source.location, tokenizer: named };
  const boundary =
    prepared && given.documents === 'masked' ? endOfPrepared(prepared, source.name, tokenizer) : undefined;
  const model = makeModel(settings, tokenizer, boundary);
  expectRoom(settings, model.parameterCount, tokenizer.vocabSize);
  const training = settings.model === 'counted-bigram' ? { ...settings, ...still } : settings;
  const recipe = makeRecipe(training);
  const parts = makeParts(source, tokenizer, settings);
  const backend = await startBackend(backendName);
  expectPrecision(settings);
  const generator = manualSeed(settings.seed);
  const { stream } = parts.training;
  const parameters = trainable(
    settings.model === 'counted-bigram' && stream
      ? countBigrams(stream, tokenizer.vocabSize, settings.smoothing)
      : model.initialize(generator),
  );
  return {
    title: source.title,
    source: source.name,
    model,
    parameters,
    recipe,
    generator,
    batches: runBatches(parts.training, training, generator),
    startStep: 0,
    backend,
    parts,
    settings,
    progress: { withoutGain: 0 },
    notes: [],
    metadata: {
      tokenizer: tokenizer.toJSON(),
      source: {
        location: source.location,
        kind: source.kind,
        sha256: sha256(source.text),
        ...(boundary !== undefined && { boundary }),
      },
    },
  } satisfies Omit<TrainingRun, 'folder'> & { title: string };
}

export type ResumeRequest = {
  readonly folder: string;
  /** Where the text is now, if it was moved. */
  readonly data?: string;
  /** A new total of steps, for a run that is to go on past its end. */
  readonly steps?: number;
  readonly backend?: string;
  readonly evaluateEvery?: number;
  /** The step from which the run went on when the GPU was lost: not to be tried a second time. */
  readonly lostFrom?: number;
};

/** Goes on with a run where it stopped: the batches, the rates and the optimizer are those it would have had. */
export async function resumeRun(request: ResumeRequest, watch: Watch): Promise<void> {
  const { folder } = request;
  if (existsSync(join(folder, 'checkpoint.json'))) {
    throw new UserError(`Expected the folder of a run, got one of its checkpoints: give ${dirname(resolve(folder))}`);
  }
  const stopped = await openRun(folder, 'latest');
  const run = await goOn(stopped, request).finally(stopped.checkpoint.close);
  await runOnGpu(run, request, watch);
  if (run.metadata.finetuning) await saveBeside(folder);
}

/** All of a run as it was when it stopped, its tensors read one by one. */
async function goOn(run: OpenRun, request: ResumeRequest): Promise<TrainingRun> {
  const { folder } = request;
  const { checkpoint, metadata, tokenizer, model, damaged } = run;
  if (metadata.settings.steps === undefined)
    throw new UserError(`${folder} counted its text: there is nothing to go on with`);
  const data = await expectConfig(folder, metadata.settings);
  const settings: Settings = {
    ...metadata.settings,
    steps: request.steps ?? metadata.settings.steps,
    evaluateEvery: request.evaluateEvery ?? metadata.settings.evaluateEvery,
    data: request.data ?? data,
  };
  const unfinished = metadata.progress.unmeasured || request.lostFrom !== undefined; // its end is still to be measured
  if (checkpoint.step >= settings.steps && !unfinished) {
    throw new UserError(`${folder} has made its ${checkpoint.step} steps. Give a larger total to go on: --steps N`);
  }
  if (!checkpoint.optimizer) throw new UserError(`Expected the optimizer's state in ${folder}, got a model alone`);
  const source = await readTrainingSource(settings.data);
  if (sha256(source.text) !== metadata.source.sha256) {
    throw new UserError(
      `${source.name} is not the text that ${folder} was trained on. Give that one with --data, or train anew`,
    );
  }
  const backend = await startBackend(request.backend);
  expectPrecision(settings);
  const { finetuning, generation } = metadata;
  const { parts, lossOf } = finetuning
    ? await makeTask(finetuning, { source, tokenizer, settings })
    : { parts: makeParts(source, tokenizer, settings) };
  const parameters = await restoreVariables(run, checkpoint.tensors);
  const recipe = makeRecipe(settings);
  await recipe.optimizer.restoreFrom(checkpoint.optimizer, parameters);
  if (metadata.scaler) recipe.scaler?.restore(metadata.scaler);
  const generator = manualSeed(settings.seed); // restored with the batches
  const batches = runBatches(parts.training, settings, generator);
  batches.restore(metadata.batches);
  return {
    folder,
    source: source.name,
    model,
    parameters,
    recipe,
    generator,
    batches,
    startStep: checkpoint.step,
    backend,
    parts,
    settings: { ...settings, data: source.location },
    progress: metadata.progress,
    metadata: {
      tokenizer: metadata.tokenizer,
      source: { ...metadata.source, location: source.location },
      finetuning,
      generation,
    },
    lossOf,
    notes: [
      ...(request.lostFrom === undefined ? [] : [`The GPU was lost: on a new device from step ${checkpoint.step} on`]),
      ...damaged.map(({ message }) => `Passed over a damaged checkpoint: ${message}`),
    ],
  };
}

/**
 * Trains, and where the GPU is lost on the way, goes on from the last save on a new device; unless nothing was saved since
 * the last time.
 */
async function runOnGpu(run: TrainingRun, request: ResumeRequest, watch: Watch): Promise<void> {
  try {
    await runTraining(run, watch);
  } catch (error) {
    if (!(error instanceof GpuError && error.kind === 'lost') || request.lostFrom === run.startStep) throw error;
    await resumeRun({ ...request, lostFrom: run.startStep }, watch);
  }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
