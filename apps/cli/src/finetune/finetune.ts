// `hornbook finetune`: a run goes on to learn something new, in full or in adapters beside its weights.
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { GenerationConfig } from '@hornbook/formats';
import { loraParameters } from '@hornbook/layers';
import { countParameters, type ParameterTree } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { trainable } from '@hornbook/training';
import { modelSettings } from '../config/model-settings.ts';
import { resolveSettings } from '../config/resolve.ts';
import type { Settings } from '../config/settings.ts';
import { readSource, type Source } from '../data/source.ts';
import { startBackend } from '../start-backend.ts';
import { makeModel } from '../training/language-models.ts';
import { expectPrecision } from '../training/precision.ts';
import { makeRecipe } from '../training/recipes.ts';
import { restore } from '../training/restore.ts';
import { expectRoomToRead } from '../training/room-to-read.ts';
import { runBatches } from '../training/run-batches.ts';
import { type AboutRun, finalSource, freeRunFolder, type OpenRun, openRun } from '../training/run-folder.ts';
import { runTraining, type TrainingRun, type Watch } from '../training/training-run.ts';
import { UserError } from '../user-error.ts';
import { readAdapters, saveBeside } from './adapter-files.ts';
import { endOf } from './examples.ts';
import { adaptedTree, type Finetuning, learns, type TemplateName } from './finetuning.ts';
import { readAnswers, readLabelled, readPreferences } from './records.ts';
import { makeTask } from './task.ts';

export type FinetuneRequest = {
  /** The run to begin with. */
  readonly model: string;
  /** JSON Lines. */
  readonly data: string;
  readonly task: Finetuning['task'];
  readonly template?: TemplateName;
  /** The rank of adapters; without it all weights learn. */
  readonly lora?: number;
  readonly alpha?: number;
  /** A folder with adapters to go on with, in place of new ones. */
  readonly loraFrom?: string;
  readonly frozenBlocks: number;
  readonly beta: number;
  readonly epochs: number;
  /** Saves the model with its adapters in its weights, too. */
  readonly merge: boolean;
  /** Settings of training that were given: `steps`, `batchSize`, `learningRate`, … */
  readonly settings: Partial<Settings>;
  readonly out?: string;
  readonly backend?: string;
};

/** Fine-tunes a run and saves the result as another. Aborting saves what there is. */
export async function finetune(request: FinetuneRequest, watch: Watch): Promise<void> {
  const base = await openRun(request.model, 'best');
  const run = await prepare(request, base).finally(base.checkpoint.close);
  await runTraining(run, watch);
  await saveBeside(run.folder);
}

/** All of a run, for which the base's weights are read one by one. */
async function prepare(request: FinetuneRequest, base: OpenRun): Promise<TrainingRun> {
  const { out } = request;
  const source = await readSource(request.data);
  const given =
    request.loraFrom === undefined
      ? undefined
      : await readAdapters(request.loraFrom, { ...base.metadata, tokenizer: base.tokenizer });
  const finetuning = describe(request, base, source, given?.lora);
  const settingsOf = (steps: number) => settingsFor(request, base, source, finetuning, steps);
  const begin = settingsOf(1); // all that decides about the examples
  const { tokenizer } = base;
  const model = makeModel(begin, tokenizer);
  const backend = await startBackend(request.backend);
  expectPrecision(begin);
  const weights = finalSource(base);
  expectRoomToRead({ settings: begin, entries: weights.entries, backend: backend.name, toLearn: true });
  const task = await makeTask(finetuning, { source, tokenizer, settings: begin });
  const perEpoch = Math.ceil(task.parts.training.examples.length / begin.batchSize);
  const settings = settingsOf(request.epochs * perEpoch);
  const generator = manualSeed(settings.seed);
  const whole = await restore(base, weights);
  const tree = adaptedTree(whole, finetuning, { generator, adapters: given?.adapters });
  const parameters = trainable(tree, learns(finetuning));
  return {
    folder: out ?? freeRunFolder(source.title, 'finetuned'),
    source: source.name,
    model: { ...model, parameterCount: countParameters(parameters) },
    parameters,
    recipe: makeRecipe(settings),
    generator,
    batches: runBatches(task.parts.training, settings, generator),
    startStep: 0,
    backend,
    parts: task.parts,
    settings,
    progress: { withoutGain: 0 },
    notes: notesOn(task.leftOut, parameters, finetuning, settings),
    lossOf: task.lossOf,
    metadata: {
      tokenizer: base.metadata.tokenizer,
      source: { location: source.location, kind: 'prose', sha256: sha256(source.text) },
      finetuning,
      generation: advised(base, finetuning),
    },
  };
}

function describe(
  request: FinetuneRequest,
  base: AboutRun,
  { text, name }: Source,
  given: Finetuning['lora'],
): Finetuning {
  const { model, task, loraFrom, merge, frozenBlocks, beta } = request;
  const { rank, alpha = rank } = given ?? { rank: request.lora, alpha: request.alpha };
  const { settings, finetuning } = base.metadata;
  if (rank === undefined && (merge || alpha !== undefined)) {
    throw new UserError(`Expected --lora with ${merge ? '--merge' : '--alpha'}: they are about adapters`, {
      exitCode: 2,
    });
  }
  const attentive = settings.model === 'gpt' || settings.model === 'transformer';
  if (!attentive) {
    throw new UserError(`Expected a run of a gpt or a transformer, got one of the ${settings.model} model: ${model}`);
  }
  if (finetuning?.task === 'classes') {
    throw new UserError(`Expected a run that writes text, got one that tells classes apart: ${model}`);
  }
  if (frozenBlocks > settings.numLayers) {
    throw new UserError(`Expected --freeze of at most the model's ${settings.numLayers} blocks, got ${frozenBlocks}`, {
      exitCode: 2,
    });
  }
  const labels =
    task === 'classes' ? [...new Set(readLabelled(text, name).map(({ label }) => label))].sort() : undefined;
  if (labels && labels.length < 2) {
    throw new UserError(`Expected at least 2 different labels in ${name}, got "${labels[0]}" alone`);
  }
  const template = task === 'classes' ? undefined : (request.template ?? usualTemplate(request, name, text));
  return {
    base: resolve(model),
    task,
    ...(template && { template }),
    ...(rank !== undefined && { lora: { rank, alpha: alpha ?? rank }, merge }),
    ...(loraFrom !== undefined && { adapter: resolve(loraFrom) }),
    ...(labels && { labels }),
    frozenBlocks,
    ...(task === 'preferences' && { beta }),
  };
}

/** What the first line suggests: messages are a chat, instructions Alpaca's, and prompts are put as they stand. */
function usualTemplate({ task }: FinetuneRequest, name: string, text: string): TemplateName | undefined {
  const [{ asked }] = task === 'preferences' ? readPreferences(text, name) : readAnswers(text, name);
  return ({ messages: 'chatml', instruction: 'alpaca', prompt: undefined } as const)[asked.form];
}

/** The base's model, trained otherwise: each example once before any again, at rates for what has learned already. */
function settingsFor(
  request: FinetuneRequest,
  base: AboutRun,
  source: Source,
  { labels, lora, task }: Finetuning,
  steps: number,
): Settings {
  const { settings } = base.metadata;
  const ofModel = Object.entries(settings).filter(([name]) => Object.hasOwn(modelSettings, name));
  const model = { ...Object.fromEntries(ofModel), tokenizer: settings.tokenizer, ...(labels && { tiedHead: false }) };
  const learningRate = (lora ? 1e-3 : 2e-4) * (task === 'preferences' ? 0.1 : 1);
  const training = {
    ...{ data: source.location, seed: settings.seed, optimizer: 'adamw', learningRate, batchSize: 8, order: 'epochs' },
    ...{ steps, schedule: 'cosine', clip: 1, weightDecay: 0.01, sampleLength: 0 },
    ...{ warmupSteps: 0, evaluateEvery: Math.ceil((request.settings.steps ?? steps) / 10) },
  };
  return resolveSettings([
    { settings: model, file: request.model },
    { settings: training, file: 'finetune' },
    { settings: request.settings },
  ]);
}

/** What the base's makers advise on sampling; and the end of the answers that are learned ends a text, too. */
function advised(
  { metadata: { generation }, tokenizer }: AboutRun,
  { task }: Finetuning,
): GenerationConfig | undefined {
  if (!generation || task === 'classes') return undefined;
  return { ...generation, eos: [...new Set([...generation.eos, endOf(tokenizer)])] };
}

function notesOn(
  leftOut: number,
  parameters: ParameterTree,
  { lora }: Finetuning,
  { contextLength }: Settings,
): string[] {
  const notes: string[] = [];
  if (leftOut > 0) {
    notes.push(`Left out ${leftOut} of the records, which are longer than the context of ${contextLength} tokens`);
  }
  if (lora) {
    const [learning, all] = [loraParameters(parameters), parameters].map((tree) => countParameters(tree));
    notes.push(`${learning.toLocaleString('en')} of ${all.toLocaleString('en')} parameters are adapters, which learn`);
  }
  return notes;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
