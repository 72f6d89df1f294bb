// One run of training from its first step to its last: measured, shown and saved along the way.
import type { Backend } from '@hornbook/backends';
import { type Batch, type Dataset, loader, randomBatches } from '@hornbook/datasets';
import { crossEntropy } from '@hornbook/losses';
import type { ParameterTree } from '@hornbook/ops';
import type { Generator } from '@hornbook/random';
import { evaluate, type Loss, LossError, type TrainingEvent, train } from '@hornbook/training';
import { saveCheckpoint } from '@hornbook/training/checkpoint';
import type { Part, Parts } from './corpus.ts';
import type { LanguageModel } from './language-models.ts';
import type { Recipe } from './recipes.ts';
import type { Report, Reporter } from './reporter.ts';
import type { RunMetadata } from './run-folder.ts';
import { UserError } from './user-error.ts';

export type TrainingRun = {
  readonly folder: string;
  /** The text, as the reports name it. */
  readonly source: string;
  readonly model: LanguageModel;
  /** Variables. */
  readonly parameters: ParameterTree;
  readonly recipe: Recipe;
  readonly generator: Generator;
  readonly startStep: number;
  readonly backend: Backend;
  readonly parts: Parts;
  /** Steps between measurements and saves; by default a tenth of all. */
  readonly evaluateEvery?: number;
  readonly metadata: Omit<RunMetadata, 'generator'>;
};

/** How a run is watched and stopped. */
export type Watch = { readonly reporter: Reporter; readonly signal: AbortSignal };

/** Targets that a loss is measured on: enough for two digits, few enough to be quick. */
const evaluationTargets = 32_768;

/**
 * Saves before the first step, so that a folder that cannot be written is known at once; at each measurement; and at the
 * end, also when aborted.
 */
export async function runTraining(run: TrainingRun, { reporter, signal }: Watch): Promise<void> {
  const { folder, parameters, recipe, generator, startStep, metadata } = run;
  const save = (step: number) =>
    saveCheckpoint(folder, {
      parameters,
      optimizer: recipe.optimizer,
      step,
      metadata: { ...metadata, generator: generator.state() },
    });
  await save(startStep);
  const report = reporter({
    model: metadata.model,
    parameterCount: run.model.parameterCount,
    source: run.source,
    trainingExamples: run.parts.training.examples.length,
    validationExamples: run.parts.validation.examples.length,
    backend: run.backend.adapter ? `${run.backend.name} (${run.backend.adapter.name})` : run.backend.name,
    startStep,
    steps: metadata.settings.steps,
    seed: metadata.seed,
    folder,
  });
  try {
    await steps(run, save, report, signal);
  } catch (error) {
    if (!(error instanceof LossError)) throw error;
    const { learningRate } = metadata.settings;
    throw new UserError(
      `The numbers grew without bound at step ${error.step + 1}: give a --learning-rate below ${learningRate}. ` +
        `The last sound save stays in ${folder}`,
      { cause: error },
    );
  } finally {
    report.close();
  }
}

async function steps(
  { model, parameters, recipe, generator, startStep, parts, evaluateEvery, metadata }: TrainingRun,
  save: (step: number) => Promise<void>,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const { steps, batchSize } = metadata.settings;
  const every = evaluateEvery ?? Math.ceil(steps / 10);
  const loss =
    (options: { readonly generator?: Generator }): Loss<ParameterTree> =>
    (tree, { inputs, targets }) =>
      crossEntropy(model.forward(tree, inputs, options), targets);
  const judge = ({ evaluation }: Part) =>
    evaluate({ parameters, loss: loss({}), batches: firstBatches(evaluation), signal }); // no generator: no dropout

  const began = performance.now();
  let away = 0; // milliseconds spent on measuring and saving
  let step = startStep;
  let validationLoss: number | undefined;
  for await (const event of train({
    parameters,
    ...recipe,
    loss: loss({ generator }),
    batches: randomBatches(parts.training.examples, { batchSize, generator }),
    steps,
    startStep,
    signal,
  })) {
    step = event.step + 1;
    const measures = step % every === 0 || step === steps;
    if (measures) {
      const left = performance.now();
      validationLoss = await judge(parts.validation);
      if (validationLoss !== undefined) expectFinite(validationLoss, event); // the last update has not been looked at
      await save(step);
      away += performance.now() - left;
    }
    report.step(measures && validationLoss !== undefined ? { ...event, validationLoss } : event);
  }
  const seconds = (performance.now() - began - away) / 1000;
  const trainLoss = step === steps ? await judge(parts.training) : undefined;
  if (trainLoss === undefined || validationLoss === undefined) {
    await save(step);
    report.interrupted(step);
  } else {
    report.done({ trainLoss, validationLoss, stepsPerSecond: (step - startStep) / seconds });
  }
}

function expectFinite(loss: number, { step, learningRate }: TrainingEvent): void {
  if (!Number.isFinite(loss)) throw new LossError('loss', loss, step, learningRate);
}

/** The first examples, as many as hold the targets to measure on; the same each time. */
function firstBatches(examples: Dataset): Iterable<Batch> {
  const { target } = examples.at(0);
  const perExample = typeof target === 'number' ? 1 : target.length;
  const length = Math.min(examples.length, Math.ceil(evaluationTargets / perExample));
  const first: Dataset = { length, at: (index) => examples.at(index) };
  return loader(first, { batchSize: Math.ceil(2048 / perExample) });
}
