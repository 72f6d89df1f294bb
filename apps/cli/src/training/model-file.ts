// A model in one file, as the site's playground downloads it: safetensors, whose header holds what a run's checkpoint keeps.
import { stat } from 'node:fs/promises';
import { openSafetensors, readAll, SafetensorsError } from '@hornbook/formats';
import { fileBytes } from '@hornbook/formats/files';
import { type Checkpoint, CheckpointError, type OpenCheckpoint } from '@hornbook/training/checkpoint';

const format = 'hornbook checkpoint';

/** Whether this is a file rather than a run's folder. */
export async function isModelFile(path: string): Promise<boolean> {
  if (!path.endsWith('.safetensors')) return false;
  const found = await stat(path).catch(() => undefined); // what is wrong with it, reading it tells
  return found?.isFile() ?? false;
}

/** @throws CheckpointError if the file is damaged, or holds another program's weights */
export async function openModelFile(path: string): Promise<OpenCheckpoint> {
  const file = await fileBytes(path);
  try {
    const tensors = await openSafetensors(file);
    const { format: found, step, metadata } = tensors.metadata;
    if (found !== format) {
      throw new CheckpointError(
        `Expected a model of hornbook in ${path}, got weights without its settings: convert them, or download it again`,
      );
    }
    return { tensors, step: Number(step), metadata: JSON.parse(metadata), close: file.close };
  } catch (cause) {
    await file.close();
    if (!(cause instanceof SafetensorsError || cause instanceof SyntaxError)) throw cause;
    throw new CheckpointError(`Expected a model in ${path}, got a damaged file: ${cause.message}`, { cause });
  }
}

/** The same with its tensors in memory. */
export async function readModelFile(path: string): Promise<Checkpoint> {
  const { tensors, close, step, metadata } = await openModelFile(path);
  try {
    return { step, metadata, tensors: await readAll(tensors) };
  } finally {
    await close();
  }
}
