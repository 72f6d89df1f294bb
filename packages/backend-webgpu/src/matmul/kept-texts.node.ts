// Small texts that are kept from run to run: files of the cache.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** @returns undefined where nothing is kept, or it cannot be read */
export async function readText(key: string): Promise<string | undefined> {
  try {
    return readFileSync(join(folderOf(), `${key}.json`), 'utf8');
  } catch {
    return undefined;
  }
}

/** @returns false where it could not be kept */
export async function keepText(key: string, text: string): Promise<boolean> {
  try {
    const file = join(folderOf(), `${key}.json`);
    const beside = `${file}.${process.pid}`; // two processes may come at once
    mkdirSync(folderOf(), { recursive: true });
    writeFileSync(beside, text);
    renameSync(beside, file);
  } catch {
    return false;
  }
  return true;
}

/** @throws Error where the user has no home, as in some containers, and none of the variables names another place */
function folderOf(): string {
  const { HORNBOOK_CACHE, XDG_CACHE_HOME } = process.env;
  return join(HORNBOOK_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'hornbook'), 'webgpu');
}
