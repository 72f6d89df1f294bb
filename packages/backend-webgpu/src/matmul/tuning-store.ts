// Keeps what was tuned: runs on one machine then make the same choices, and the same bits.
import { keepText, readText } from '#kept-texts';
import type { Adapter } from '../adapter.ts';
import type { Tuning } from './tune.ts';

/** Grows when tiles or classes change their meaning. */
const version = 1;

/** What is kept for the adapter; undefined where nothing is, or it cannot be read. */
export async function readTuning(adapter: Adapter): Promise<Tuning | undefined> {
  const text = await readText(keyOf(adapter));
  try {
    const kept = JSON.parse(text ?? '{}');
    const known = kept?.version === version && typeof kept.tuning === 'object';
    return known ? (kept.tuning ?? undefined) : undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined; // it is measured again, and written anew
  }
}

/** @returns false where it could not be kept, as on a disk that is read-only: then it is measured again the next time */
export async function keepTuning(adapter: Adapter, tuning: Tuning): Promise<boolean> {
  return keepText(keyOf(adapter), JSON.stringify({ version, adapter, tuning }, null, 2));
}

const keyOf = ({ name, vendor, architecture }: Adapter) =>
  [vendor, architecture, name]
    .join(' ')
    .replaceAll(/[^\w.]+/g, '-')
    .toLowerCase();
