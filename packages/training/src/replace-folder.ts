// Replaces a folder of files as one: readers find the old files or the new ones, whole, whenever the process dies.
//
// For a folder `run`, `.run.new-PID-…` is being written and `.run.old` is the one being replaced. The order is: write
// and sync new; run → old; new → run; delete old. Between the two renames `run` is missing and `.run.old` is whole.
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { CheckpointError } from './checkpoint-error.ts';

/** What a file is to hold: bytes, or their parts one after the other, asked for when it is this file's turn. */
export type Contents = Uint8Array | (() => Iterable<Uint8Array> | AsyncIterable<Uint8Array>);

/**
 * @param files are written in the order of the map
 * @param known the names that the folder may hold; it is not replaced if there is anything else in it
 * @throws CheckpointError; then what was there is there still, and nothing new
 */
export async function replaceFolder(
  folder: string,
  files: ReadonlyMap<string, Contents>,
  known: readonly string[],
): Promise<void> {
  await explainFaults(folder, async () => {
    const target = await resolveLinks(folder);
    await mkdir(dirname(target), { recursive: true });
    await refuseForeign(target, known);
    await removeLeftovers(target);
    await writeAndSwap(target, files);
  });
}

/** Does work that saves to a folder. @throws CheckpointError that says in plain words what the file system refused */
export async function explainFaults(folder: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause; // not of the file system: a CheckpointError, or a source of tensors that failed
    const fault = explain(code) ?? `the file system refused (${message})`;
    throw new CheckpointError(`Could not save to ${folder}: ${fault}. What was there is untouched.`, { cause });
  }
}

/**
 * The folder, and the names of what is in it. If it is missing because its replacement was cut off, the folder that was
 * being replaced.
 *
 * @throws CheckpointError if there is no such folder, or it cannot be read
 */
export async function findFolder(
  folder: string,
): Promise<{ place: string; files: readonly string[]; recoveredFrom?: string }> {
  try {
    const target = await resolveLinks(folder);
    if (await isFolder(target)) return { place: folder, files: await readdir(target) };
    const old = oldName(target);
    if (await isFolder(old)) return { place: old, files: await readdir(old), recoveredFrom: old };
  } catch (cause) {
    if (cause instanceof CheckpointError) throw cause;
    throw new CheckpointError(`Could not read the checkpoint ${folder}: ${(cause as Error).message}`, { cause });
  }
  throw new CheckpointError(`Expected a checkpoint at ${folder}, got no such folder: is the path right?`);
}

async function writeAndSwap(target: string, files: ReadonlyMap<string, Contents>): Promise<void> {
  const fresh = besides(target, `new-${process.pid}-${randomUUID()}`);
  const old = oldName(target);
  try {
    await mkdir(fresh);
    for (const [name, contents] of files) await writeSynced(join(fresh, name), contents);
    await syncFolder(fresh);
    const replaces = await isFolder(target);
    if (replaces) {
      await rm(old, { recursive: true, force: true });
      await rename(target, old);
    }
    try {
      await rename(fresh, target);
    } catch (error) {
      if (replaces) await rename(old, target);
      throw error;
    }
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }
  await syncFolder(dirname(target));
  await rm(old, { recursive: true, force: true });
}

async function refuseForeign(target: string, known: readonly string[]): Promise<void> {
  if (!(await isFolder(target))) return;
  const foreign = (await readdir(target)).filter((name) => !known.includes(name));
  if (foreign.length === 0) return;
  throw new CheckpointError(
    `Expected a checkpoint or an empty folder at ${target}, got a folder with ${foreign[0]} in it: ` +
      'saving would replace it, so choose another folder',
  );
}

/** Deletes what processes that no longer run were writing when they were killed. */
async function removeLeftovers(target: string): Promise<void> {
  const prefix = basename(besides(target, 'new-'));
  for (const name of await readdir(dirname(target))) {
    if (!name.startsWith(prefix) || isRunning(Number.parseInt(name.slice(prefix.length), 10))) continue;
    await rm(join(dirname(target), name), { recursive: true, force: true });
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

async function writeSynced(path: string, contents: Contents): Promise<void> {
  const file = await open(path, 'wx');
  try {
    for await (const part of typeof contents === 'function' ? contents() : [contents]) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes renames in a folder last through a power cut. Windows cannot open folders, and has no need to. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** False if there is nothing there. */
async function isFolder(path: string): Promise<boolean> {
  const found = await statIfAny(path);
  if (!found || found.isDirectory()) return found !== undefined;
  throw new CheckpointError(`Expected a folder at ${path}, got a file: a checkpoint is a folder`);
}

async function statIfAny(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The absolute path; through a link, that of the folder it leads to, so that the link stays. */
async function resolveLinks(folder: string): Promise<string> {
  return (await statIfAny(folder)) ? realpath(folder) : resolve(folder);
}

function oldName(target: string): string {
  return besides(target, 'old');
}

function besides(target: string, suffix: string): string {
  return join(dirname(target), `.${basename(target)}.${suffix}`);
}

function explain(code: string | undefined): string | undefined {
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'the disk is full; free some space and save again';
  if (code === 'EFBIG') return 'a file would be larger than allowed here';
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return 'writing there is not allowed; choose another folder';
  }
  if (code === 'ENOENT') return 'no folder can be made there; choose another folder';
  if (code === 'ENOTDIR' || code === 'EEXIST') return 'a file is in the way; choose another folder';
  return undefined;
}
