// A model in one file, as the site's playground downloads it: safetensors, whose header holds what a run's checkpoint keeps.
import { readFile, stat } from 'node:fs/promises';
import { readSafetensors, SafetensorsError } from '@hornbook/formats';
import { type Checkpoint, CheckpointError } from '@hornbook/training/checkpoint';

const format = 'hornbook checkpoint';

/** Whether this is a file rather than a run's folder. */
export async function isModelFile(path: string): Promise<boolean> {
  if (!path.endsWith('.safetensors')) return false;
  const found = await stat(path).catch(() => undefined); // what is wrong with it, reading it tells
  return found?.isFile() ?? false;
}

/** @throws CheckpointError if the file is damaged, or holds another program's weights */
export async function readModelFile(path: string): Promise<Checkpoint> {
  try {
    const { tensors, metadata: header } = readSafetensors(await readFile(path));
    if (header.format !== format) {
      throw new CheckpointError(
        `Expected a model of hornbook in ${path}, got weights without its settings: convert them, or download it again`,
      );
    }
    return { tensors, step: Number(header.step), metadata: JSON.parse(header.metadata) };
  } catch (cause) {
    if (!(cause instanceof SafetensorsError || cause instanceof SyntaxError)) throw cause;
    throw new CheckpointError(`Expected a model in ${path}, got a damaged file: ${cause.message}`, { cause });
  }
}
