// The hidden folder in which a preparation works: what it has made so far, and how far it is, until it is done.
import { type FileHandle, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { TokenFileError } from './token-file-error.ts';

/**
 * Makes the folder if it is not there, for one process at a time.
 *
 * @returns what lets others in again
 * @throws TokenFileError if another process of this machine is at work in it
 */
export async function enterWork(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'lock');
  const mine = `${process.pid} ${await startOf(process.pid)} ${hostname()}`;
  try {
    await writeFile(path, mine, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const [pid, start, host] = (await readFile(path, 'utf8')).split(' ');
    const isHere = host === hostname() && isRunning(Number(pid)) && (await startOf(Number(pid))) === start;
    if (isHere && Number(pid) !== process.pid) {
      throw new TokenFileError(
        `Expected to be alone in ${folder}, but process ${pid} is at work there: wait for it, or choose another folder`,
      );
    }
    await writeFile(path, mine); // of a process that was killed
  }
  return () => rm(path, { force: true });
}

/** When a process began, where Linux tells: in a container that is started anew, others have the same numbers. */
async function startOf(pid: number): Promise<string> {
  const text = await readIfAny(`/proc/${pid}/stat`);
  return text?.replace(/^.*\) /s, '').split(' ')[19] ?? 'unknown';
}

/** Replaces a small file as one: whoever reads it finds the old or the new, through a power cut too. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const beside = `${path}.new`;
  let file: FileHandle | undefined;
  try {
    file = await open(beside, 'w');
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file?.close();
  }
  await rename(beside, path);
}

/** The text of a file, or undefined if there is none. */
export async function readIfAny(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // it runs, as another user
  }
}
