// Checkpoints on disk, for Node: one folder with a model, its optimizer, and what the caller wants kept with them.
import {
  type ByteSource,
  FormatError,
  openSafetensors,
  readAll,
  SafetensorsError,
  type StoredTensor,
  streamSafetensors,
  type TensorSource,
  tensorsInMemory,
} from '@hornbook/formats';
import { type Closeable, fileBytes } from '@hornbook/formats/files';
import type { ParameterTree } from '@hornbook/ops';
import { CheckpointError } from './checkpoint-error.ts';
import { type FileSummary, formatManifest, parseManifest, summarize, summarizing } from './manifest.ts';
import type { OpenOptimizerState, Optimizer, OptimizerState } from './optimizer.ts';
import { type Contents, findFolder, replaceFolder } from './replace-folder.ts';
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

/** A checkpoint whose tensors are read one by one, as long as it is open. */
export type OpenCheckpoint = Omit<Checkpoint, 'tensors' | 'optimizer'> & {
  /** For `loadParameters(tensors)`. */
  readonly tensors: TensorSource;
  /** For `optimizer.restoreFrom(state, parameters)`. */
  readonly optimizer?: OpenOptimizerState;
  close(): Promise<void>;
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
  const { tensors, optimizer, close, ...rest } = await openCheckpoint(folder);
  try {
    const state = optimizer && { ...optimizer, tensors: await readAll(optimizer.tensors) };
    return { ...rest, tensors: await readAll(tensors), ...(state && { optimizer: state }) };
  } finally {
    await close();
  }
}

/**
 * The same, and no tensor is in memory yet: every byte is checked on the way through, and each tensor read when it is asked
 * for. So a model loads with hardly more memory than it takes.
 *
 *     const checkpoint = await openCheckpoint('run');
 *     const parameters = await loadParameters(checkpoint.tensors);
 *     await checkpoint.close();
 *
 * @throws CheckpointError as `loadCheckpoint`
 */
export async function openCheckpoint(folder: string): Promise<OpenCheckpoint> {
  const { place, files, recoveredFrom } = await findFolder(folder);
  if (!files.includes(names.manifest)) {
    throw new CheckpointError(`Expected a checkpoint at ${place}, got a folder without ${names.manifest}`);
  }
  const opened: Closeable<ByteSource>[] = [];
  const close = async () => void (await Promise.all(opened.map((file) => file.close())));
  const file = async (name: string) => {
    const bytes = await fileBytes(`${place}/${name}`);
    opened.push(bytes);
    return bytes;
  };
  try {
    const json = await file(names.manifest);
    const manifest = parseManifest(await json.read(0, json.size), place);
    const open = async (name: string) => {
      const expected = manifest.files[name];
      if (!expected)
        throw new CheckpointError(`Expected checkpoint.json to describe ${place}/${name}, got nothing: ${advice}`);
      if (!files.includes(name)) throw new CheckpointError(`Expected ${place}/${name}, got no such file: ${advice}`);
      return openTensors(await file(name), expected);
    };
    const { step, metadata } = manifest;
    const tensors = await open(names.model);
    const optimizer = manifest.optimizer && { ...manifest.optimizer, tensors: await open(names.optimizer) };
    return { step, metadata, tensors, ...(optimizer && { optimizer }), ...(recoveredFrom && { recoveredFrom }), close };
  } catch (cause) {
    await close();
    if (!(cause instanceof FormatError)) throw cause;
    throw new CheckpointError(`Could not read the checkpoint ${folder}: ${cause.message}`, { cause });
  }
}

const advice = 'use another checkpoint, or save this one again';

async function openTensors(file: ByteSource, expected: FileSummary): Promise<TensorSource> {
  const { name, size } = file;
  if (size !== expected.bytes) {
    const fault = size < expected.bytes ? 'it is cut short' : 'it has grown';
    throw new CheckpointError(`Expected ${expected.bytes} bytes in ${name}, got ${size}: ${fault}; ${advice}`);
  }
  const { sha256 } = await summarize(file);
  if (sha256 !== expected.sha256) {
    throw new CheckpointError(
      `Expected SHA-256 ${expected.sha256.slice(0, 8)}… of ${name}, got ${sha256.slice(0, 8)}…: it has changed; ${advice}`,
    );
  }
  try {
    return await openSafetensors(file);
  } catch (cause) {
    if (!(cause instanceof SafetensorsError)) throw cause;
    throw new CheckpointError(`Expected safetensors in ${name}: ${cause.message}`, { cause });
  }
}

/** A parameter is never a function. */
function isSource(parameters: ParameterTree | TensorSource): parameters is TensorSource {
  return typeof (parameters as TensorSource).read === 'function';
}
