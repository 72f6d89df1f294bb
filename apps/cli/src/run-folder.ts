// A run on disk: a checkpoint whose metadata says how to build the model again, speak its tokens, and go on training.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Generator, type GeneratorState, manualSeed } from '@hornbook/random';
import { type Tokenizer, type TokenizerJSON, tokenizerFromJSON } from '@hornbook/tokenizers';
import { type Checkpoint, CheckpointError, loadCheckpoint } from '@hornbook/training/checkpoint';
import { type LanguageModel, makeModel } from './language-models.ts';
import { type ModelKind, modelKinds, type Settings } from './settings.ts';
import type { Source } from './source.ts';

/** What `checkpoint.json` keeps of a run, beside the step. */
export type RunMetadata = {
  readonly model: ModelKind;
  readonly settings: Settings;
  readonly tokenizer: TokenizerJSON;
  readonly source: Pick<Source, 'location' | 'kind'> & { readonly sha256: string };
  readonly seed: number;
  /** Where the generator stood: the next batch is drawn from there. */
  readonly generator: GeneratorState;
};

export type Run = {
  readonly checkpoint: Checkpoint;
  readonly metadata: RunMetadata;
  readonly tokenizer: Tokenizer;
  readonly model: LanguageModel;
  /** Stands where it stood. */
  readonly generator: Generator;
};

/** @throws CheckpointError if the folder holds no run of this program */
export async function loadRun(folder: string): Promise<Run> {
  const checkpoint = await loadCheckpoint(folder);
  const metadata = checkpoint.metadata as Partial<RunMetadata>;
  if (!isWhole(metadata)) {
    throw new CheckpointError(`Expected a run of hornbook train in ${folder}, got a checkpoint of something else`);
  }
  try {
    const tokenizer = await tokenizerFromJSON(metadata.tokenizer);
    const model = makeModel(metadata.model, tokenizer.vocabSize, metadata.settings);
    const generator = manualSeed(metadata.seed);
    generator.restore(metadata.generator);
    return { checkpoint, metadata, tokenizer, model, generator };
  } catch (cause) {
    throw new CheckpointError(`${join(folder, 'checkpoint.json')} is damaged: ${(cause as Error).message}`, { cause });
  }
}

function isWhole(metadata: Partial<RunMetadata>): metadata is RunMetadata {
  const { model, settings, source, seed } = metadata;
  const objects = [settings, source].every((part) => typeof part === 'object' && part !== null);
  return objects && modelKinds.includes(model as ModelKind) && Number.isSafeInteger(seed);
}

/** A folder for a new run, that no other run is in: `runs/names-mlp`, `runs/names-mlp-2`, … */
export function freeRunFolder(title: string, kind: ModelKind): string {
  const name = join('runs', `${title}-${kind}`);
  let folder = name;
  for (let count = 2; existsSync(folder); count++) folder = `${name}-${count}`;
  return folder;
}
