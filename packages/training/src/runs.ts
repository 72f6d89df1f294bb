// The checkpoints of one run, for Node: the latest, the one before it in case the latest is damaged, and the best.
//
// In the run's folder: `latest`, `previous`, `best`. A new one is written whole as `next`; then `previous` is deleted,
// `latest` becomes `previous`, and `next` becomes `latest`. Whenever the process dies, `next` or `latest` is whole.
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Checkpoint,
  CheckpointError,
  loadCheckpoint,
  type OpenCheckpoint,
  openCheckpoint,
  type SaveOptions,
  saveCheckpoint,
} from './checkpoint.ts';
import { explainFaults, syncFolder } from './replace-folder.ts';

/** Where a checkpoint of a run was found. */
export type Found = {
  /** The folder that was read. */
  readonly place: string;
  /** Why newer ones could not be used; empty if none was damaged. */
  readonly damaged: readonly CheckpointError[];
};

/** A checkpoint of a run, and what was passed over to find it. */
export type LatestCheckpoint = Checkpoint & Found;

/**
 * Saves the latest checkpoint of a run, and keeps the one before it. The folder may hold other files too.
 *
 * `await saveLatest('run', { parameters, optimizer, step: event.step + 1, metadata: { batches: batches.state() } })`
 *
 * Does not take turns with another save to the same run: await one before the next.
 *
 * @throws CheckpointError if it cannot be written; then those that were there can still be loaded
 */
export async function saveLatest(folder: string, options: SaveOptions): Promise<void> {
  if ((await namesIn(folder)).includes('next')) await moveUp(folder); // a kill came between
  await saveCheckpoint(join(folder, 'next'), options);
  await moveUp(folder);
}

/** Saves the best checkpoint of a run, in place of the best before. What is best is for the caller to say. */
export async function saveBest(folder: string, options: SaveOptions): Promise<void> {
  await saveCheckpoint(join(folder, 'best'), options);
}

/**
 * The newest checkpoint of a run of which every byte is as it was saved.
 *
 * @throws CheckpointError if there is none; if all are damaged, the newest one's
 */
export async function loadLatest(folder: string): Promise<LatestCheckpoint> {
  return newest(folder, loadCheckpoint);
}

/** The same with its tensors still to be read. @throws CheckpointError as `loadLatest` */
export async function openLatest(folder: string): Promise<OpenCheckpoint & Found> {
  return newest(folder, openCheckpoint);
}

async function newest<C>(folder: string, read: (place: string) => Promise<C>): Promise<C & Found> {
  const present = await namesIn(folder);
  const damaged: CheckpointError[] = [];
  for (const name of ['next', 'latest', 'previous'].filter((one) => present.includes(one))) {
    const place = join(folder, name);
    try {
      return { ...(await read(place)), place, damaged };
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      damaged.push(error);
    }
  }
  throw damaged[0] ?? new CheckpointError(`Expected a run at ${folder}, got no checkpoint in it: is the path right?`);
}

/** @throws CheckpointError if there is none, or it is damaged */
export async function loadBest(folder: string): Promise<Checkpoint> {
  return loadCheckpoint(join(folder, 'best'));
}

/** The same with its tensors still to be read. @throws CheckpointError as `loadBest` */
export async function openBest(folder: string): Promise<OpenCheckpoint> {
  return openCheckpoint(join(folder, 'best'));
}

async function moveUp(folder: string): Promise<void> {
  const [next, latest, previous] = ['next', 'latest', 'previous'].map((name) => join(folder, name));
  await explainFaults(folder, async () => {
    if ((await namesIn(folder)).includes('latest')) {
      await rm(previous, { recursive: true, force: true });
      await rename(latest, previous);
    }
    await rename(next, latest);
    await syncFolder(folder);
  });
}

/** None if there is no such folder. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new CheckpointError(`Could not read the run ${folder}: ${(error as Error).message}`, { cause: error });
  }
}
