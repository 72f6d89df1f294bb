// Small texts that are kept from run to run: files of the cache.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export async function readText(key: string): Promise<string | undefined> {
  const file = join(folderOf(), `${key}.json`);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** @returns false where it could not be kept */
export async function keepText(key: string, text: string): Promise<boolean> {
  const file = join(folderOf(), `${key}.json`);
  const beside = `${file}.${process.pid}`; // two processes may come at once
  try {
    mkdirSync(folderOf(), { recursive: true });
    writeFileSync(beside, text);
    renameSync(beside, file);
  } catch {
    return false;
  }
  return true;
}

function folderOf(): string {
  const { HORNBOOK_CACHE, XDG_CACHE_HOME } = process.env;
  return join(HORNBOOK_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'hornbook'), 'webgpu');
}
