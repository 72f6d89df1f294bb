// Keeps what was tuned: in Node in a file of the cache, in browsers in the page's storage. Runs on one machine then make the
// same choices, and the same bits.
import { env } from '@tensorflow/tfjs-core';
import type { Adapter } from '../adapter.ts';
import type { Tuning } from './tune.ts';

/** Grows when tiles or classes change their meaning. */
const version = 1;

/** What is kept for the adapter; undefined where nothing is, or it cannot be read. */
export async function readTuning(adapter: Adapter): Promise<Tuning | undefined> {
  const text = env().getBool('IS_NODE') ? await readFile(adapter) : readStorage(adapter);
  try {
    const kept = JSON.parse(text ?? '{}');
    return kept.version === version ? kept.tuning : undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined; // it is measured again, and written anew
  }
}

/** @returns false where it could not be kept, as on a disk that is read-only: then it is measured again the next time */
export async function keepTuning(adapter: Adapter, tuning: Tuning): Promise<boolean> {
  const text = JSON.stringify({ version, adapter, tuning }, null, 2);
  return env().getBool('IS_NODE') ? writeFile(adapter, text) : writeStorage(adapter, text);
}

const keyOf = ({ name, vendor, architecture }: Adapter) =>
  [vendor, architecture, name]
    .join(' ')
    .replaceAll(/[^\w.]+/g, '-')
    .toLowerCase();

async function placeOf(adapter: Adapter): Promise<{ readonly folder: string; readonly file: string }> {
  const [{ homedir }, { join }] = await Promise.all([import('node:os'), import('node:path')]);
  const { HORNBOOK_CACHE, XDG_CACHE_HOME } = process.env;
  const cache = HORNBOOK_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'hornbook');
  const folder = join(cache, 'webgpu');
  return { folder, file: join(folder, `${keyOf(adapter)}.json`) };
}

async function readFile(adapter: Adapter): Promise<string | undefined> {
  const { existsSync, readFileSync } = await import('node:fs');
  const { file } = await placeOf(adapter);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

async function writeFile(adapter: Adapter, text: string): Promise<boolean> {
  const { mkdirSync, renameSync, writeFileSync } = await import('node:fs');
  const { folder, file } = await placeOf(adapter);
  const beside = `${file}.${process.pid}`; // two processes may come at once
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(beside, text);
    renameSync(beside, file);
  } catch {
    return false;
  }
  return true;
}

const storageKey = (adapter: Adapter) => `hornbook webgpu ${keyOf(adapter)}`;

function readStorage(adapter: Adapter): string | undefined {
  try {
    return globalThis.localStorage?.getItem(storageKey(adapter)) ?? undefined;
  } catch {
    return undefined; // a page may be denied its storage
  }
}

function writeStorage(adapter: Adapter, text: string): boolean {
  try {
    globalThis.localStorage?.setItem(storageKey(adapter), text);
  } catch {
    return false;
  }
  return globalThis.localStorage !== undefined;
}
