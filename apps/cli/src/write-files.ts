// Files that are whole at every moment: written beside under another name, synced, and renamed.
import { randomUUID } from 'node:crypto';
import { access, constants, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from './user-error.ts';

/**
 * Writes every file before the first takes its place; folders on the way are made.
 *
 * @param files contents by path
 * @throws UserError if one cannot be written; then what was there is there still
 */
export async function writeFiles(files: ReadonlyMap<string, string | Uint8Array>): Promise<void> {
  const written: { readonly beside: string; readonly path: string }[] = [];
  try {
    for (const [path, contents] of files) {
      await expectWritable(path);
      await mkdir(dirname(path), { recursive: true });
      const beside = join(dirname(path), `.${basename(path)}.new-${process.pid}-${randomUUID()}`);
      written.push({ beside, path });
      await writeSynced(beside, contents);
    }
    for (const { beside, path } of written) await rename(beside, path);
  } catch (cause) {
    for (const { beside } of written) await rm(beside, { force: true });
    if (cause instanceof UserError) throw cause;
    throw new UserError(`Could not write ${written.at(-1)?.path}: ${explain(cause as NodeJS.ErrnoException)}`, {
      cause,
    });
  }
}

/** Finds out before the work what would be wrong after it. @throws UserError */
export async function expectWritable(path: string): Promise<void> {
  let folder = dirname(resolve(path));
  try {
    if (await isFolder(path)) throw new UserError(`Expected a file to write, got a folder: ${path}. Name a file in it`);
    while ((await isFolder(folder)) === undefined) folder = dirname(folder); // the nearest that is there
    if (!(await isFolder(folder))) throw Object.assign(new Error(), { code: 'ENOTDIR' });
    await access(folder, constants.W_OK);
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(`Could not write ${path}: ${explain(cause as NodeJS.ErrnoException)}`, { cause });
  }
}

/** Undefined if there is nothing there. */
async function isFolder(path: string): Promise<boolean | undefined> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function writeSynced(path: string, contents: string | Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(contents);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** What the file system refused, in plain words. */
export function explain({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full; free some space. What was there is untouched';
    case 'EFBIG':
      return 'a file would be larger than allowed here';
    case 'ENOENT':
      return 'no folder can be made there. Choose another place';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'writing there is not allowed. Choose another place';
    case 'ENOTDIR':
    case 'EEXIST':
      return 'a file is in the way. Choose another place';
    default:
      return message;
  }
}
