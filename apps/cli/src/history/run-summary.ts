// What there is to know of a run without its parameters.
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { CheckpointError } from '@hornbook/training/checkpoint';
import type { Settings } from '../config/settings.ts';
import { expectRun } from '../training/no-run.ts';
import type { RunMetadata } from '../training/run-folder.ts';

export type RunSummary = {
  readonly folder: string;
  readonly settings: Settings;
  /** A short name of its text. */
  readonly text: string;
  readonly stepsMade: number;
  readonly best?: RunMetadata['progress']['best'];
  /** When it was last saved. */
  readonly saved: Date;
};

/** @throws UserError or CheckpointError if there is no run of this version, or nothing in it can be read */
export async function summarizeRun(folder: string): Promise<RunSummary> {
  const summary = await trySummary(folder);
  if (summary) return summary;
  await expectRun(folder);
  throw new CheckpointError(
    `Expected a run at ${folder}, got no checkpoint in it that can be read: is the path right?`,
  );
}

/** The runs in a folder, newest first; what is no run is passed over. None if there is no such folder. */
export async function summarizeRuns(folder: string): Promise<RunSummary[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new CheckpointError(`Could not read ${folder}: ${(error as Error).message}`, { cause: error });
  }
  const visible = names.filter((name) => !name.startsWith('.'));
  const found = await Promise.all(visible.map((name) => trySummary(join(folder, name))));
  return found.filter((summary) => summary !== undefined).sort((a, b) => b.saved.getTime() - a.saved.getTime());
}

/** From the newest description that can be read; undefined if there is none. */
async function trySummary(folder: string): Promise<RunSummary | undefined> {
  for (const name of ['next', 'latest', 'previous']) {
    const path = join(folder, name, 'checkpoint.json');
    try {
      const { step, metadata } = JSON.parse(await readFile(path, 'utf8')) as { step: number; metadata: RunMetadata };
      const { settings, progress } = metadata;
      return {
        folder,
        settings,
        text: basename(settings.data, extname(settings.data)),
        stepsMade: step,
        ...(progress.best && { best: progress.best }),
        saved: (await stat(path)).mtime,
      };
    } catch {} // none there, damaged or of another version: the one before it may do
  }
  return undefined;
}
