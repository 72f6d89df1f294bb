// `hornbook train` and `hornbook resume`: text in, a run folder out.
import { createHash } from 'node:crypto';
import { manualSeed } from '@hornbook/random';
import { restoreParameters, trainable } from '@hornbook/training';
import { makeParts, makeTokenizer } from './corpus.ts';
import { makeModel } from './language-models.ts';
import { makeRecipe } from './recipes.ts';
import { freeRunFolder, loadRun } from './run-folder.ts';
import { type ModelKind, makeSettings, type Settings } from './settings.ts';
import { readSource } from './source.ts';
import { startBackend } from './start-backend.ts';
import { runTraining, type Watch } from './training-run.ts';
import { UserError } from './user-error.ts';

export type TrainRequest = {
  readonly data: string;
  readonly model: ModelKind;
  /** A kind, or a tokenizer to load. */
  readonly tokenizer: string;
  readonly settings: Partial<Settings>;
  readonly seed: number;
  readonly out?: string;
  readonly backend?: string;
  readonly evaluateEvery?: number;
};

/** Trains a new model and saves it. Aborting saves what there is. */
export async function trainNew(request: TrainRequest, watch: Watch): Promise<void> {
  const { model: kind, seed, evaluateEvery } = request;
  const settings = makeSettings(kind, request.settings);
  const source = await readSource(request.data);
  const tokenizer = await makeTokenizer(request.tokenizer, source.text);
  const model = makeModel(kind, tokenizer.vocabSize, settings);
  const parts = makeParts(source, { tokenizer, kind, contextLength: settings.contextLength, seed });
  const backend = await startBackend(request.backend);
  const generator = manualSeed(seed);
  await runTraining(
    {
      folder: request.out ?? freeRunFolder(source.title, kind),
      source: source.name,
      model,
      parameters: trainable(model.initialize(generator)),
      recipe: makeRecipe(kind, settings),
      generator,
      startStep: 0,
      backend,
      parts,
      evaluateEvery,
      metadata: {
        model: kind,
        settings,
        tokenizer: tokenizer.toJSON(),
        source: { location: source.location, kind: source.kind, sha256: sha256(source.text) },
        seed,
      },
    },
    watch,
  );
}

export type ResumeRequest = {
  readonly folder: string;
  /** Where the text is now, if it was moved. */
  readonly data?: string;
  /** A new total of steps, for a run that is to go on past its end. */
  readonly steps?: number;
  readonly backend?: string;
  readonly evaluateEvery?: number;
};

/** Goes on with a run where it stopped: the batches, the rates and the optimizer are those it would have had. */
export async function resume(request: ResumeRequest, watch: Watch): Promise<void> {
  const { folder, evaluateEvery } = request;
  const { checkpoint, metadata, tokenizer, model, generator } = await loadRun(folder);
  const { model: kind, seed } = metadata;
  const settings = { ...metadata.settings, steps: request.steps ?? metadata.settings.steps };
  if (checkpoint.step >= settings.steps) {
    throw new UserError(`${folder} has made its ${checkpoint.step} steps. Give a larger total to go on: --steps N`);
  }
  if (!checkpoint.optimizer) throw new UserError(`Expected the optimizer's state in ${folder}, got a model alone`);
  const source = await readSource(request.data ?? metadata.source.location);
  if (sha256(source.text) !== metadata.source.sha256) {
    throw new UserError(
      `${source.name} is not the text that ${folder} was trained on. Give that one with --data, or train anew`,
    );
  }
  const parts = makeParts(source, { tokenizer, kind, contextLength: settings.contextLength, seed });
  const backend = await startBackend(request.backend);
  const parameters = trainable(model.initialize(manualSeed(seed)));
  restoreParameters(parameters, checkpoint.tensors);
  const recipe = makeRecipe(kind, settings);
  recipe.optimizer.restore(checkpoint.optimizer, parameters);
  await runTraining(
    {
      folder,
      source: source.name,
      model,
      parameters,
      recipe,
      generator,
      startStep: checkpoint.step,
      backend,
      parts,
      evaluateEvery,
      metadata: { ...metadata, settings },
    },
    watch,
  );
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
