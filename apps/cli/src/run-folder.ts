// A run on disk: a checkpoint whose metadata says how to build the model again, speak its tokens, and go on training.
import type { GeneratorState } from '@hornbook/random';
import { type Tokenizer, type TokenizerJSON, tokenizerFromJSON } from '@hornbook/tokenizers';
import { type Checkpoint, CheckpointError, loadCheckpoint } from '@hornbook/training/checkpoint';
import { type LanguageModel, makeModel } from './language-models.ts';
import { type ModelKind, modelKinds, type Settings } from './settings.ts';

/** What `checkpoint.json` keeps of a run, beside the step. */
export type RunMetadata = {
  readonly model: ModelKind;
  readonly settings: Partial<Settings>;
  readonly tokenizer: TokenizerJSON;
  readonly source: { readonly name: string; readonly kind: 'lines' | 'prose'; readonly sha256: string };
  readonly seed: number;
  /** Where the generator stood: the next batch is drawn from there. */
  readonly generator: GeneratorState;
};

export type Run = {
  readonly checkpoint: Checkpoint;
  readonly metadata: RunMetadata;
  readonly tokenizer: Tokenizer;
  readonly model: LanguageModel;
};

/** @throws CheckpointError if the folder holds no run of this program */
export async function loadRun(folder: string): Promise<Run> {
  const checkpoint = await loadCheckpoint(folder);
  const metadata = checkpoint.metadata as Partial<RunMetadata>;
  const { model: kind, settings } = metadata;
  if (!kind || !modelKinds.includes(kind) || !settings || !metadata.source) {
    throw new CheckpointError(`Expected a run of hornbook train in ${folder}, got a checkpoint of something else`);
  }
  const tokenizer = await tokenizerFromJSON(metadata.tokenizer);
  const model = makeModel(kind, tokenizer.vocabSize, settings);
  return { checkpoint, metadata: metadata as RunMetadata, tokenizer, model };
}
