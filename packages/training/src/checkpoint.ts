// Checkpoints on disk, for Node: one folder with a model, its optimizer, and what the caller wants kept with them.
import {
  bytesInMemory,
  openSafetensors,
  readAll,
  SafetensorsError,
  type StoredTensor,
  streamSafetensors,
  type TensorSource,
  tensorsInMemory,
} from '@hornbook/formats';
import type { ParameterTree } from '@hornbook/ops';
import { CheckpointError } from './checkpoint-error.ts';
import { type FileSummary, formatManifest, parseManifest, summarize, summarizing } from './manifest.ts';
import type { Optimizer, OptimizerState } from './optimizer.ts';
import { type Contents, readFolder, replaceFolder } from './replace-folder.ts';
import { parameterSource } from './stored-parameters.ts';

export { CheckpointError } from './checkpoint-error.ts';

/** Anything that JSON keeps: the model's configuration, the tokenizer, the generator's state, … */
export type Metadata = Readonly<Record<string, unknown>>;

export type SaveOptions = {
  /** Or tensors under the paths of parameters; each is read when it is written, so that few are in memory. */
  readonly parameters: ParameterTree | TensorSource;
  /** Keeps its state too, so that training can go on. */
  readonly optimizer?: Optimizer;
  /** Steps made so far. */
  readonly step: number;
  readonly metadata?: Metadata;
};

export type Checkpoint = {
  readonly step: number;
  readonly metadata: Metadata;
  /** For `restoreParameters(parameters, tensors)`. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** For `optimizer.restore(state, parameters)`. */
  readonly optimizer?: OptimizerState;
  /** Set where saving was cut off between two renames: the folder, beside the one asked for, that was read instead. */
  readonly recoveredFrom?: string;
};

const names = { manifest: 'checkpoint.json', model: 'model.safetensors', optimizer: 'optimizer.safetensors' };

/**
 * Saves a checkpoint, in place of the one that may be there: `model.safetensors`, `optimizer.safetensors`, and
 * `checkpoint.json`, which holds the step, the metadata, and the length and SHA-256 of the other two.
 *
 * All is written to a hidden folder beside, synced, and renamed: if there was a checkpoint before, a whole one can be
 * loaded at every moment, though the process be killed or the disk be full. Does not take turns with another save to
 * the same folder: await one before the next.
 *
 * `await saveCheckpoint('run', { parameters, optimizer, step: 1000, metadata: { config, tokenizer } })`
 *
 * @throws CheckpointError if it cannot be written, or if the folder holds anything but a checkpoint; then what was there
 * is there still
 */
export async function saveCheckpoint(folder: string, options: SaveOptions): Promise<void> {
  const { parameters, optimizer, step, metadata = {} } = options;
  const state = await optimizer?.state();
  const summaries: Record<string, FileSummary> = {};
  const manifest = () => {
    const kept = state && { kind: state.kind, step: state.step };
    return new TextEncoder().encode(formatManifest({ step, metadata, optimizer: kept, files: summaries }));
  };
  manifest(); // what is wrong with the step or the metadata, before anything is written
  const tensors = (name: string, source: TensorSource) => () =>
    summarizing(streamSafetensors(source), (summary) => {
      summaries[name] = summary;
    });
  const source = isSource(parameters) ? parameters : parameterSource(parameters);
  const files = new Map<string, Contents>([[names.model, tensors(names.model, source)]]);
  if (state) files.set(names.optimizer, tensors(names.optimizer, tensorsInMemory(state.tensors)));
  files.set(names.manifest, () => [manifest()]); // the last, when the others are known
  await replaceFolder(folder, files, Object.values(names));
}

/**
 * Reads a checkpoint, and checks that every byte is the one that was saved.
 *
 * @throws CheckpointError if there is none, or it is cut short or changed, or a newer version wrote it
 */
export async function loadCheckpoint(folder: string): Promise<Checkpoint> {
  const { files, recoveredFrom } = await readFolder(folder, Object.values(names));
  const place = recoveredFrom ?? folder;
  const json = files.get(names.manifest);
  if (!json) throw new CheckpointError(`Expected a checkpoint at ${place}, got a folder without ${names.manifest}`);
  const manifest = parseManifest(json, place);
  const read = (name: string) => readTensors(files.get(name), manifest.files[name], `${place}/${name}`);
  const tensors = await read(names.model);
  const { step, metadata } = manifest;
  const optimizer = manifest.optimizer && { ...manifest.optimizer, tensors: await read(names.optimizer) };
  return { step, metadata, tensors, ...(optimizer && { optimizer }), ...(recoveredFrom && { recoveredFrom }) };
}

/** Views of the bytes, where they are aligned as this program writes them: nothing is copied. */
async function readTensors(
  bytes: Uint8Array | undefined,
  expected: FileSummary | undefined,
  path: string,
): Promise<ReadonlyMap<string, StoredTensor>> {
  const advice = 'use another checkpoint, or save this one again';
  if (!expected) throw new CheckpointError(`Expected checkpoint.json to describe ${path}, got nothing: ${advice}`);
  if (!bytes) throw new CheckpointError(`Expected ${path}, got no such file: ${advice}`);
  if (bytes.length !== expected.bytes) {
    const fault = bytes.length < expected.bytes ? 'it is cut short' : 'it has grown';
    throw new CheckpointError(`Expected ${expected.bytes} bytes in ${path}, got ${bytes.length}: ${fault}; ${advice}`);
  }
  const { sha256 } = summarize(bytes);
  if (sha256 !== expected.sha256) {
    throw new CheckpointError(
      `Expected SHA-256 ${expected.sha256.slice(0, 8)}… of ${path}, got ${sha256.slice(0, 8)}…: it has changed; ${advice}`,
    );
  }
  try {
    return await readAll(await openSafetensors(bytesInMemory(bytes, path)));
  } catch (cause) {
    if (!(cause instanceof SafetensorsError)) throw cause;
    throw new CheckpointError(`Expected safetensors in ${path}: ${cause.message}`, { cause });
  }
}

/** A parameter is never a function. */
function isSource(parameters: ParameterTree | TensorSource): parameters is TensorSource {
  return typeof (parameters as TensorSource).read === 'function';
}
