// Writes a folder of files that is there as a whole or not at all: beside, under another name, then renamed.
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../user-error.ts';
import { explain } from '../write-files.ts';

/** A file's text, its bytes, or the parts of it one after the other. */
export type Contents = string | Uint8Array | AsyncIterable<Uint8Array>;

/** What fills a folder; it may also write to `path` by other means. */
export type FolderWriter = { readonly path: string; write(name: string, contents: Contents): Promise<void> };

/**
 * @param fill writes the files
 * @throws UserError if the folder has something in it, or cannot be written; then nothing is left behind
 */
export async function writeFolder(folder: string, fill: (writer: FolderWriter) => Promise<void>): Promise<void> {
  const target = resolve(folder);
  const fresh = join(dirname(target), `.${basename(target)}.new-${process.pid}-${randomUUID()}`);
  await expectEmpty(target, folder);
  try {
    await mkdir(fresh, { recursive: true });
    await fill({ path: fresh, write: (name, contents) => writeSynced(join(fresh, name), contents) });
    await rmdir(target).catch(() => {}); // where it is there, and empty
    await rename(fresh, target);
  } catch (cause) {
    await rm(fresh, { recursive: true, force: true });
    if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause;
    throw new UserError(`Could not write ${folder}: ${explain(cause as NodeJS.ErrnoException)}`, { cause });
  }
}

async function expectEmpty(target: string, folder: string): Promise<void> {
  const names = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new UserError(`Could not write ${folder}: ${explain(error)}`, { cause: error });
  });
  if (names.length === 0) return;
  throw new UserError(`Expected a new folder to write, got ${folder} with ${names[0]} in it: choose another`);
}

async function writeSynced(path: string, contents: Contents): Promise<void> {
  const file = await open(path, 'wx');
  try {
    const whole = typeof contents === 'string' || contents instanceof Uint8Array;
    for await (const part of whole ? [contents] : contents) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
}
