// A run on disk: checkpoints that say how to build the model again, speak its tokens and go on, and files for people.

import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { FormatError, type GenerationConfig, type TensorSource } from '@hornbook/formats';
import { type Tokenizer, type TokenizerJSON, tokenizerFromJSON } from '@hornbook/tokenizers';
import type { LossScalerState, TrainingEvent } from '@hornbook/training';
import {
  type Checkpoint,
  CheckpointError,
  loadCheckpoint,
  type OpenCheckpoint,
  openCheckpoint,
  type SaveOptions,
} from '@hornbook/training/checkpoint';
import { loadBest, loadLatest, openBest, openLatest, saveLatest } from '@hornbook/training/runs';
import { readConfig } from '../config/read-config.ts';
import { resolveSettings } from '../config/resolve.ts';
import type { Settings } from '../config/settings.ts';
import type { Source } from '../data/source.ts';
import type { Finetuning } from '../finetune/finetuning.ts';
import { shellWord } from '../shell-word.ts';
import { UserError } from '../user-error.ts';
import { explain, writeFiles } from '../write-files.ts';
import { type LanguageModel, makeModel } from './language-models.ts';
import { isModelFile, openModelFile, readModelFile } from './model-file.ts';
import { expectRun } from './no-run.ts';

const version = 2;

/** What a checkpoint keeps of a run, beside the step. */
export type RunMetadata = {
  readonly version: number;
  readonly settings: Settings;
  readonly tokenizer: TokenizerJSON;
  readonly source: Pick<Source, 'location' | 'kind'> & {
    readonly sha256: string;
    /** Where documents are masked from each other, and were prepared: the token after each. */
    readonly boundary?: number;
  };
  /** Where batches and generator stood: the next batch is drawn from there. */
  readonly batches: object;
  readonly progress: Progress;
  /** In half precision: by what the loss of the next step is scaled. */
  readonly scaler?: LossScalerState;
  /** Of a run that went on from another. */
  readonly finetuning?: Finetuning;
  /** How a model that was imported is meant to be sampled from. */
  readonly generation?: GenerationConfig;
};

/** What a run knows of its measurements so far. */
export type Progress = {
  readonly best?: { readonly step: number; readonly validationLoss: number };
  /** Measurements since the best. */
  readonly withoutGain: number;
  /** The last step, where the measurement that was due after it was broken off. */
  readonly unmeasured?: TrainingEvent;
};

/** A run without its tensors. */
export type AboutRun = {
  readonly checkpoint: Pick<Checkpoint, 'step'>;
  readonly metadata: RunMetadata;
  readonly tokenizer: Tokenizer;
  readonly model: LanguageModel;
  /** Why newer checkpoints could not be used. */
  readonly damaged: readonly CheckpointError[];
};

export type Run = AboutRun & { readonly checkpoint: Checkpoint };

/** A run whose tensors are still to be read, until its checkpoint is closed. */
export type OpenRun = AboutRun & { readonly checkpoint: OpenCheckpoint };

/** What a run's folder may hold: anything else is not ours to replace. */
const known =
  /^(?:latest|previous|best|next|config\.json|losses\.csv|samples\.jsonl|report\.html|adapter|merged|\..*)$/;

/**
 * The latest checkpoint of a run, or the best if it has one; or the one checkpoint that the folder itself is; or a model
 * in one file, from the site's playground.
 *
 * @throws CheckpointError if the folder holds no run of this version of the program
 */
export async function loadRun(folder: string, which: 'latest' | 'best'): Promise<Run> {
  const read = { file: readModelFile, one: loadCheckpoint, best: loadBest, latest: loadLatest };
  const { damaged = [], ...checkpoint } = await find<Checkpoint & Damaged>(folder, which, read);
  return { checkpoint, damaged, ...(await understand(folder, checkpoint)) };
}

/** The same for what reads each tensor once, such as a model that is to write: close its checkpoint then. */
export async function openRun(folder: string, which: 'latest' | 'best'): Promise<OpenRun> {
  const open = { file: openModelFile, one: openCheckpoint, best: openBest, latest: openLatest };
  const { damaged = [], ...checkpoint } = await find<OpenCheckpoint & Damaged>(folder, which, open);
  try {
    return { checkpoint, damaged, ...(await understand(folder, checkpoint)) };
  } catch (error) {
    await checkpoint.close();
    throw error;
  }
}

type Damaged = { readonly damaged?: readonly CheckpointError[] };

/** What reads each kind of place that a run may be in. */
type Readers<C> = Readonly<Record<'file' | 'one' | 'best' | 'latest', (path: string) => Promise<C>>>;

async function find<C>(folder: string, which: 'latest' | 'best', read: Readers<C>): Promise<C> {
  if (await isModelFile(folder)) return read.file(folder);
  if (existsSync(join(folder, 'checkpoint.json'))) return read.one(folder);
  if (which === 'best' && existsSync(join(folder, 'best'))) return read.best(folder);
  await expectRun(folder);
  return read.latest(folder);
}

async function understand(
  folder: string,
  checkpoint: Pick<Checkpoint, 'metadata'>,
): Promise<Omit<AboutRun, 'checkpoint' | 'damaged'>> {
  const metadata = checkpoint.metadata as Partial<RunMetadata>;
  if (metadata.version !== version || typeof metadata.settings !== 'object' || metadata.settings === null) {
    throw new CheckpointError(
      `Expected a run of this version of hornbook in ${folder}, got a checkpoint of another version or program: train anew`,
    );
  }
  const whole = metadata as RunMetadata;
  try {
    resolveSettings([{ settings: whole.settings, file: 'checkpoint.json' }]); // which checks them
    const tokenizer = await tokenizerFromJSON(whole.tokenizer);
    return { metadata: whole, tokenizer, model: makeModel(whole.settings, tokenizer, whole.source.boundary) };
  } catch (cause) {
    throw new CheckpointError(`The checkpoint in ${folder} is damaged: ${(cause as Error).message}`, { cause });
  }
}

const averages = 'average.';

/** The tensors to judge and to sample with: the averages, where the run keeps them. */
export function finalTensors({ checkpoint, metadata }: Run): Checkpoint['tensors'] {
  const kept = [...(checkpoint.optimizer?.tensors ?? [])].filter(([path]) => path.startsWith(averages));
  if (metadata.settings.average === 0 || kept.length === 0) return checkpoint.tensors;
  return new Map(kept.map(([path, tensor]) => [path.slice(averages.length), tensor]));
}

/** The same of a run that is open. */
export function finalSource({ checkpoint: { tensors, optimizer }, metadata }: OpenRun): TensorSource {
  const kept = [...(optimizer?.tensors.entries ?? [])].filter(([path]) => path.startsWith(averages));
  if (!optimizer || metadata.settings.average === 0 || kept.length === 0) return tensors;
  return {
    entries: new Map(kept.map(([path, entry]) => [path.slice(averages.length), entry])),
    metadata: {},
    read: (path) => optimizer.tensors.read(`${averages}${path}`),
  };
}

/** `RunMetadata` for a run of this version. */
export function describeRun(metadata: Omit<RunMetadata, 'version'>): RunMetadata {
  return { version, ...metadata };
}

/**
 * Makes the folder of a new run with its first checkpoint and its config, in place of a run that is there.
 *
 * @throws CheckpointError or UserError if that cannot be written, or the folder holds anything but a run; then what was
 * there is there still
 */
export async function startRun(folder: string, first: SaveOptions, settings: Settings): Promise<void> {
  const target = resolve(folder);
  await refuseForeign(folder);
  const besides = (suffix: string) => join(dirname(target), `.${basename(target)}.${suffix}-${process.pid}`);
  const [fresh, old] = [besides('new'), besides('old')];
  try {
    await mkdir(dirname(target), { recursive: true });
    await mkdir(fresh);
  } catch (error) {
    throw couldNotSave(folder, error);
  }
  try {
    await saveLatest(fresh, first);
    await writeConfig(fresh, settings);
    if (existsSync(target)) await rename(target, old);
    await rename(fresh, target);
  } catch (error) {
    if (existsSync(old) && !existsSync(target)) await rename(old, target);
    await rm(fresh, { recursive: true, force: true });
    throw error instanceof UserError || error instanceof FormatError ? error : couldNotSave(folder, error);
  }
  await rm(old, { recursive: true, force: true });
}

function couldNotSave(folder: string, error: unknown): CheckpointError {
  const fault = (error instanceof CheckpointError ? error.cause : error) as NodeJS.ErrnoException;
  return new CheckpointError(`Could not save to ${folder}: ${explain(fault)}`, { cause: error });
}

/** The settings of a run, to read and to give to `--config`. */
export function writeConfig(folder: string, settings: Settings): Promise<void> {
  return writeFiles(new Map([[join(folder, 'config.json'), `${JSON.stringify(settings, null, 2)}\n`]]));
}

/** What resume may change. */
const changeable = ['steps', 'evaluateEvery', 'data'];

/**
 * A run goes on as it began: what was changed in its config.json since would not be done.
 *
 * @returns where the text is, as the file has it
 * @throws UserError naming a setting that is another there
 */
export async function expectConfig(folder: string, settings: Settings): Promise<string> {
  const path = join(folder, 'config.json');
  if (!existsSync(path)) return settings.data;
  const { settings: written } = await readConfig(path);
  for (const name of new Set([...Object.keys(settings), ...Object.keys(written)])) {
    const [made, now] = [settings[name as keyof Settings], written[name]];
    if (made === now || changeable.includes(name)) continue;
    throw new UserError(
      `Expected ${name} ${JSON.stringify(made)} in ${path}, as the run was trained with, got ${JSON.stringify(now)}. ` +
        `Set it back, or train anew: hornbook train --config ${shellWord(path)}`,
    );
  }
  return String(written.data ?? settings.data);
}

async function refuseForeign(folder: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || !existsSync(folder)) return; // what is in the way, making it will tell
    if (code === 'ENOTDIR') throw new CheckpointError(`Expected a folder at ${folder}, got a file: a run is a folder`);
    throw new CheckpointError(`Could not read ${folder}: ${message}`, { cause });
  }
  const foreign = names.find((name) => !known.test(name));
  if (foreign === undefined) return;
  throw new CheckpointError(
    `Expected a run or an empty folder at ${folder}, got a folder with ${foreign} in it: ` +
      'saving would replace it, so choose another folder',
  );
}

/** A folder for a new run, that no other run is in: `runs/names-mlp`, `runs/names-mlp-2`, … */
export function freeRunFolder(title: string, kind: string): string {
  const name = join('runs', `${title}-${kind}`);
  let folder = name;
  for (let count = 2; existsSync(folder); count++) folder = `${name}-${count}`;
  return folder;
}
