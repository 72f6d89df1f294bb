// `hornbook train` and `hornbook resume`: text in, a run folder out.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Backend } from '@hornbook/backends';
import { type Batch, type Dataset, loader, randomBatches } from '@hornbook/datasets';
import { crossEntropy } from '@hornbook/losses';
import type { ParameterTree } from '@hornbook/ops';
import { type Generator, manualSeed } from '@hornbook/random';
import type { Tokenizer } from '@hornbook/tokenizers';
import {
  adamw,
  cosineRate,
  evaluate,
  type Loss,
  linearRate,
  type Optimizer,
  restoreParameters,
  type Schedule,
  sgd,
  train,
  trainable,
} from '@hornbook/training';
import { saveCheckpoint } from '@hornbook/training/checkpoint';
import { makeParts, makeTokenizer, type Part, type TokenizerKind } from './corpus.ts';
import { type LanguageModel, makeModel } from './language-models.ts';
import type { Reporter } from './reporter.ts';
import { loadRun, type RunMetadata } from './run-folder.ts';
import { defaultSettings, type ModelKind, type Settings } from './settings.ts';
import { readSource, type Source } from './source.ts';
import { startBackend } from './start-backend.ts';
import { UserError } from './user-error.ts';

export type TrainRequest = {
  readonly data: string;
  readonly model: ModelKind;
  readonly tokenizer: TokenizerKind;
  readonly settings: Partial<Settings>;
  readonly seed: number;
  readonly out?: string;
  readonly backend?: string;
  readonly evaluateEvery?: number;
};

/** How a run is watched and stopped. */
export type Watch = { readonly reporter: Reporter; readonly signal: AbortSignal };

/** Targets that a loss is measured on: enough for two digits, few enough to be quick. */
const evaluationTargets = 32_768;

/** Trains a new model and saves it. Aborting saves what there is. */
export async function trainNew(request: TrainRequest, watch: Watch): Promise<void> {
  const source = await readSource(request.data);
  const folder = request.out ?? join('runs', `${source.title}-${request.model}`);
  expectRoom(folder);
  const settings = { ...defaultSettings[request.model], ...request.settings };
  const tokenizer = await makeTokenizer(request.tokenizer, source.text);
  const model = makeModel(request.model, tokenizer.vocabSize, settings);
  const backend = await startBackend(request.backend);
  const generator = manualSeed(request.seed);
  const parts = partsOf(source, request, settings, tokenizer);
  await run(
    {
      folder,
      model,
      parameters: trainable(model.initialize(generator)),
      optimizer: makeOptimizer(request.model, settings),
      generator,
      startStep: 0,
      backend,
      parts,
      evaluateEvery: request.evaluateEvery,
      metadata: {
        model: request.model,
        settings,
        tokenizer: tokenizer.toJSON(),
        source: { name: source.name, kind: source.kind, sha256: sha256(source.text) },
        seed: request.seed,
      },
    },
    watch,
  );
}

export type ResumeRequest = {
  readonly folder: string;
  /** A new total of steps, for a run that is to go on past its end. */
  readonly steps?: number;
  readonly backend?: string;
  readonly evaluateEvery?: number;
};

/** Goes on with a run where it stopped: the batches, the rates and the optimizer are those it would have had. */
export async function resume(request: ResumeRequest, watch: Watch): Promise<void> {
  const { folder } = request;
  const { checkpoint, metadata, tokenizer, model } = await loadRun(folder);
  const settings = { ...metadata.settings, steps: request.steps ?? metadata.settings.steps };
  if (checkpoint.step >= (settings.steps ?? 0)) {
    throw new UserError(`${folder} has made its ${checkpoint.step} steps. Give a larger total to go on: --steps N`);
  }
  if (!checkpoint.optimizer) throw new UserError(`Expected the optimizer's state in ${folder}, got a model alone`);
  const source = await readSource(metadata.source.name);
  if (sha256(source.text) !== metadata.source.sha256) {
    throw new UserError(
      `${source.name} has changed since ${folder} was trained on it. Train anew, or bring back the text`,
    );
  }
  const backend = await startBackend(request.backend);
  const parts = partsOf(source, metadata, settings, tokenizer);
  const generator = manualSeed(metadata.seed);
  const parameters = trainable(model.initialize(generator));
  restoreParameters(parameters, checkpoint.tensors);
  const optimizer = makeOptimizer(metadata.model, settings);
  optimizer.restore(checkpoint.optimizer, parameters);
  generator.restore(metadata.generator);
  const { generator: _, ...kept } = metadata;
  await run(
    {
      folder,
      model,
      parameters,
      optimizer,
      generator,
      startStep: checkpoint.step,
      backend,
      parts,
      evaluateEvery: request.evaluateEvery,
      metadata: { ...kept, settings },
    },
    watch,
  );
}

type Plan = {
  readonly folder: string;
  readonly model: LanguageModel;
  readonly parameters: ParameterTree;
  readonly optimizer: Optimizer;
  readonly generator: Generator;
  readonly startStep: number;
  readonly backend: Backend;
  readonly parts: { readonly training: Part; readonly validation: Part };
  readonly evaluateEvery?: number;
  readonly metadata: Omit<RunMetadata, 'generator'>;
};

async function run(plan: Plan, { reporter, signal }: Watch): Promise<void> {
  const { folder, model, parameters, optimizer, generator, startStep, parts, metadata } = plan;
  const { steps, batchSize } = metadata.settings as Settings;
  const lossWith =
    (options: { readonly generator?: Generator }): Loss<ParameterTree> =>
    (tree, { inputs, targets }) =>
      crossEntropy(model.forward(tree, inputs, options), targets);
  const judge = lossWith({}); // without a generator dropout is off
  const every = plan.evaluateEvery ?? Math.max(1, Math.ceil(steps / 10));
  const save = (step: number) =>
    saveCheckpoint(folder, { parameters, optimizer, step, metadata: { ...metadata, generator: generator.state() } });

  reporter.start({
    model: metadata.model,
    parameterCount: model.parameterCount,
    source: metadata.source.name,
    trainingExamples: parts.training.examples.length,
    validationExamples: parts.validation.examples.length,
    backend: plan.backend.adapter ? `${plan.backend.name} (${plan.backend.adapter.name})` : plan.backend.name,
    startStep,
    steps,
    seed: metadata.seed,
  });
  const began = performance.now();
  let evaluating = 0; // milliseconds, which do not count as training
  let step = startStep;
  let validationLoss: number | undefined;
  for await (const event of train({
    parameters,
    loss: lossWith({ generator }),
    batches: randomBatches(parts.training.examples, { batchSize, generator }),
    optimizer,
    steps,
    startStep,
    schedule: makeSchedule(metadata.model, metadata.settings as Settings),
    clip: metadata.model === 'gpt' ? 1 : undefined,
    signal,
  })) {
    step = event.step + 1;
    const due = step % every === 0 || step === steps;
    const paused = performance.now();
    if (due) {
      validationLoss = await evaluate({
        parameters,
        loss: judge,
        batches: evaluationBatches(parts.validation),
        signal,
      });
      await save(step);
    }
    evaluating += performance.now() - paused;
    reporter.step(due && validationLoss !== undefined ? { ...event, validationLoss } : event);
  }
  const seconds = (performance.now() - began - evaluating) / 1000;
  if (step < steps) {
    await save(step);
    return reporter.interrupted(step, folder);
  }
  const trainLoss = await evaluate({ parameters, loss: judge, batches: evaluationBatches(parts.training), signal });
  if (trainLoss === undefined || validationLoss === undefined) return reporter.interrupted(step, folder);
  reporter.done({ step, trainLoss, validationLoss, stepsPerSecond: (step - startStep) / seconds }, folder);
}

/** The first examples of a part, as many as hold the targets to measure on; the same each time. */
function evaluationBatches({ evaluation }: Part): Iterable<Batch> {
  const { target } = evaluation.at(0);
  const perExample = typeof target === 'number' ? 1 : target.length;
  const length = Math.min(evaluation.length, Math.max(1, Math.floor(evaluationTargets / perExample)));
  const first: Dataset = { length, at: (index) => evaluation.at(index) };
  return loader(first, { batchSize: Math.max(1, Math.floor(2048 / perExample)) });
}

/** The split comes from a generator of its own, so that it stays the same when the run is resumed. */
function partsOf(
  source: Source,
  { model: kind, seed }: { readonly model: ModelKind; readonly seed: number },
  settings: Partial<Settings>,
  tokenizer: Tokenizer,
): { readonly training: Part; readonly validation: Part } {
  const { contextLength } = settings as Settings;
  return makeParts(source, { tokenizer, kind, contextLength }, manualSeed(seed));
}

function makeOptimizer(kind: ModelKind, settings: Partial<Settings>): Optimizer {
  const { learningRate } = settings as Settings;
  if (kind === 'mlp') return sgd({ learningRate });
  return adamw({ learningRate, beta1: 0.9, beta2: 0.99, weightDecay: kind === 'gpt' ? 0.1 : 0 });
}

function makeSchedule(kind: ModelKind, { learningRate, steps }: Settings): Schedule {
  if (kind !== 'gpt') return linearRate({ learningRate, steps });
  const warmupSteps = Math.min(100, Math.floor(steps / 10));
  return cosineRate({ learningRate, steps, warmupSteps, minimum: learningRate / 10 });
}

/** Refuses early to write where something else stands. */
function expectRoom(folder: string): void {
  if (!existsSync(folder) || existsSync(join(folder, 'checkpoint.json'))) return;
  throw new UserError(`${folder} exists and is not a run of hornbook. Give another folder: --out DIR`);
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
