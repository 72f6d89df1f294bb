// A config file: a JSON object of settings, as config.json of a run folder is one.
import { readFile } from 'node:fs/promises';
import { UserError } from '../user-error.ts';
import type { Layer } from './resolve.ts';

/** @throws UserError if it cannot be read or is no JSON object; what is in it is checked with all else */
export async function readConfig(path: string): Promise<Layer> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new UserError(`Expected JSON in ${path}: ${cause.message}`, { cause });
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? `No such file: ${path}` : `Could not read ${path}: ${message}`;
    throw new UserError(`${why}. Give the config.json of a run, or a file like it`, { cause });
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new UserError(`Expected an object of settings in ${path}, such as {"model": "gpt", "steps": 2000}`);
  }
  return { settings: { ...json }, file: path };
}
