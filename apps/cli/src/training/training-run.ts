// One run of training from its first step to its last: measured, shown and saved along the way.
import type { Backend } from '@hornbook/backends';
import { type Batch, type Dataset, loader, take } from '@hornbook/datasets';
import { crossEntropy } from '@hornbook/losses';
import type { ParameterTree } from '@hornbook/ops';
import type { Generator } from '@hornbook/random';
import { evaluate, type Loss, LossError, type TrainingEvent, train } from '@hornbook/training';
import { saveBest, saveLatest } from '@hornbook/training/runs';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { Settings } from '../config/settings.ts';
import type { Part, Parts } from '../data/corpus.ts';
import { leaveReport } from '../report/run-report.ts';
import { UserError } from '../user-error.ts';
import type { LanguageModel } from './language-models.ts';
import type { Recipe } from './recipes.ts';
import type { Report, Reporter } from './reporter.ts';
import type { RunBatches } from './run-batches.ts';
import { describeRun, type Progress, type RunMetadata, startRun, writeConfig } from './run-folder.ts';
import { openRunLog, type RunLog } from './run-log.ts';
import { trainingSample } from './training-sample.ts';

export type TrainingRun = {
  readonly folder: string;
  /** The text, as the reports name it. */
  readonly source: string;
  readonly model: LanguageModel;
  /** Variables. */
  readonly parameters: ParameterTree;
  readonly recipe: Recipe;
  readonly generator: Generator;
  readonly batches: RunBatches;
  readonly startStep: number;
  readonly backend: Backend;
  readonly parts: Parts;
  readonly settings: Settings;
  readonly progress: Progress;
  readonly metadata: Pick<RunMetadata, 'tokenizer' | 'source' | 'finetuning' | 'generation'>;
  /** What to say before it begins. */
  readonly notes: readonly string[];
  /** Where it is another than the cross-entropy of all targets. */
  readonly lossOf?: LossOf;
};

/** A model's forward pass, as it trains or as it is judged. */
export type Forward = (parameters: ParameterTree, ids: Tensor2D) => Tensor;

/** What a run makes small, given a forward pass. */
export type LossOf = (forward: Forward) => Loss<ParameterTree>;

/** How a run is watched and stopped. */
export type Watch = { readonly reporter: Reporter; readonly signal: AbortSignal };

/**
 * Saves before the first step, so that a folder that cannot be written is known at once; at each measurement; and at the
 * end, also when aborted. The best is kept apart.
 */
export async function runTraining(run: TrainingRun, { reporter, signal }: Watch): Promise<void> {
  const { folder, settings, startStep, backend, parts } = run;
  if (startStep === 0) await startRun(folder, checkpointOf(run, 0, run.progress), settings);
  else await writeConfig(folder, settings);
  const log = await openRunLog(folder, startStep);
  const report = reporter({
    model: settings.model,
    parameterCount: run.model.parameterCount,
    source: run.source,
    trainingExamples: parts.training.examples.length,
    validationExamples: parts.validation.examples.length,
    backend: backend.adapter ? `${backend.name} (${backend.adapter.name})` : backend.name,
    startStep,
    steps: stepsOf(settings),
    tokensPerStep: tokensPerStep(settings, parts.training),
    seed: settings.seed,
    folder,
    task: run.metadata.finetuning?.task,
    notes: run.notes,
  });
  try {
    await steps(run, log, report, signal);
  } catch (error) {
    throw error instanceof LossError ? outOfBounds(error, run) : error;
  } finally {
    report.close();
  }
}

function checkpointOf(
  { parameters, recipe, batches, settings, metadata }: TrainingRun,
  step: number,
  progress: Progress,
) {
  return {
    parameters,
    optimizer: recipe.optimizer,
    step,
    metadata: describeRun({
      ...{ ...metadata, settings, batches: batches.state(), progress },
      ...(recipe.scaler && { scaler: recipe.scaler.state() }),
    }),
  };
}

/** Tokens to predict in one update. */
function tokensPerStep({ batchSize = 0, accumulate = 1 }: Partial<Settings>, { examples }: Part): number {
  return batchSize * accumulate * targetsIn(examples);
}

function targetsIn(examples: Dataset): number {
  const { target } = examples.at(0);
  return typeof target === 'number' ? 1 : target.length;
}

/** The loss of a language model. */
const surprise: LossOf =
  (forward) =>
  (tree, { inputs, targets }) =>
    crossEntropy(forward(tree, inputs), targets);

/** A model that counts makes none. */
const stepsOf = ({ steps = 0 }: Partial<Settings>) => steps;

async function steps(run: TrainingRun, log: RunLog, report: Report, signal: AbortSignal): Promise<void> {
  const { folder, model, parameters, recipe, generator, batches, startStep, parts, settings, lossOf = surprise } = run;
  const steps = stepsOf(settings);
  const { average, ...recipeOptions } = recipe;
  let { progress } = run;
  let step = startStep;
  let validationLoss: number | undefined; // after the last step, where that was measured
  let eager: string | undefined;
  let away = 0; // milliseconds spent on measuring and saving
  const began = performance.now();

  const save = async () => {
    await saveLatest(folder, checkpointOf(run, step, progress));
    await log.save();
  };
  /** What is broken off is made up for when the run goes on. */
  const measureAfter = async (event: TrainingEvent) => {
    const left = performance.now();
    validationLoss = await measure(run, parts.validation, signal);
    if (validationLoss !== undefined) expectFinite(validationLoss, event); // the last update has not been looked at
    const text = await trainingSample(run, signal);
    if (validationLoss === undefined || signal.aborted) {
      progress = { ...progress, unmeasured: event };
      return;
    }
    progress = after(progress, step, validationLoss);
    log.step({ ...event, validationLoss });
    if (text !== '') log.sample({ step, text });
    // The best first: were the run killed in between, it would come to it again.
    if (progress.best?.step === step) await saveBest(folder, checkpointOf(run, step, progress));
    await save();
    away += performance.now() - left;
    report.step({ ...event, validationLoss });
    if (text !== '') report.sample(step, text);
  };
  const stoppedEarly = () => settings.patience > 0 && progress.withoutGain >= settings.patience;

  if (progress.unmeasured) await measureAfter(progress.unmeasured);
  for await (const event of train({
    parameters,
    ...recipeOptions,
    loss: lossOf((tree, ids) => model.forwardTraining(tree, ids, generator)),
    batches: batches.batches,
    steps,
    startStep,
    signal,
  })) {
    step = event.step + 1;
    eager ??= event.eager;
    if (step % settings.evaluateEvery === 0 || step === steps) {
      await measureAfter(event);
      if (stoppedEarly()) break;
    } else {
      log.step(event);
      report.step(event);
    }
  }
  const seconds = (performance.now() - began - away) / 1000;
  const ended = !signal.aborted && (step === steps || stoppedEarly());
  const end = ended ? await measureAll(run, validationLoss, signal) : undefined;
  if (end === undefined) {
    await save();
    await leaveReport(run, progress.best && { best: progress.best });
    report.interrupted(step);
    return;
  }
  const best = progress.best && { best: progress.best };
  await leaveReport(run, { ...end, ...best });
  report.done({
    ...end,
    ...best,
    ...(eager !== undefined && { eager }),
    stepsMade: step,
    stepsPerSecond: (step - startStep) / seconds,
  });
}

/** The losses of every part; undefined if aborted. */
async function measureAll(run: TrainingRun, known: number | undefined, signal: AbortSignal) {
  const { training, validation, test } = run.parts;
  const validationLoss = known ?? (await measure(run, validation, signal));
  const trainLoss = await measure(run, training, signal);
  const testLoss = test && (await measure(run, test, signal));
  if (validationLoss === undefined || trainLoss === undefined || signal.aborted) return undefined;
  return { trainLoss, validationLoss, ...(testLoss !== undefined && { testLoss }) };
}

/** The loss on a part, of the parameters that the run would keep; undefined if aborted. */
function measure(
  { model, parameters, recipe, settings, lossOf = surprise }: TrainingRun,
  part: Part,
  signal: AbortSignal,
) {
  const loss = lossOf(model.forward);
  const batches = firstBatches(part.evaluation, settings.evaluateTargets);
  return evaluate({ parameters: recipe.average(parameters), loss, batches, signal });
}

function after({ best, withoutGain }: Progress, step: number, validationLoss: number): Progress {
  if (best && validationLoss >= best.validationLoss) return { best, withoutGain: withoutGain + 1 };
  return { best: { step, validationLoss }, withoutGain: 0 };
}

function expectFinite(loss: number, { step, learningRate }: TrainingEvent): void {
  if (!Number.isFinite(loss)) throw new LossError('loss', loss, step, learningRate);
}

function outOfBounds(cause: LossError, { settings, folder }: TrainingRun): UserError {
  const named = cause.parameters.slice(0, 3).join(', ') + (cause.parameters.length > 3 ? ', …' : '');
  const where = named === '' ? '' : `, in the gradients of ${named}`;
  return new UserError(
    `The numbers grew without bound at step ${cause.step + 1}${where}: give a --learning-rate below ${settings.learningRate}` +
      `${settings.clip > 0 ? '' : ', or --clip 1'}. The last sound save stays in ${folder}`,
    { cause },
  );
}

/** The first examples, as many as hold the targets to measure on, or all for 0; the same each time. */
function firstBatches(examples: Dataset, targets: number): Iterable<Batch> {
  const perExample = targetsIn(examples);
  const length = targets === 0 ? examples.length : Math.min(examples.length, Math.ceil(targets / perExample));
  return loader(take(examples, length), { batchSize: Math.ceil(2048 / perExample) });
}
