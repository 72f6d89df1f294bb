// Names become sources: files, folders, globs, standard input, web addresses. Node.js only.
import { stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { type CacheOptions, cachedSource } from './cached-source.ts';
import { fileSource, type ReadingOptions, standardInput } from './file-source.ts';
import { type Source, SourceError } from './source.ts';

/**
 * The sources that names stand for, in the order of the names:
 * - a file, whatever its name holds;
 * - a folder: every file in it and beneath, in the order of their paths' code units; hidden ones are left out;
 * - a glob, such as `books/*.txt`, in the same order, the same ones left out;
 * - `-`: standard input;
 * - an address of http or https: downloaded into a folder once, and read from there from then on.
 *
 * @throws SourceError if a name stands for nothing, a source cannot be read, or one comes twice
 */
export async function openSources(
  names: readonly string[],
  options: Omit<ReadingOptions, 'name'> & CacheOptions = {},
): Promise<Source[]> {
  const sources: Source[] = [];
  for (const name of names) sources.push(...(await sourcesOf(name, options)));
  const seen = new Set<string>();
  for (const { name } of sources) {
    if (seen.has(name)) throw new SourceError(`Expected every source once, got ${name} twice`, name);
    seen.add(name);
  }
  return sources;
}

async function sourcesOf(name: string, options: ReadingOptions & CacheOptions): Promise<Source[]> {
  if (name === '-') return [standardInput(options)];
  if (/^https?:\/\//i.test(name)) return [await cachedSource(name, options)];
  const found = await stat(name).catch(() => undefined); // what is wrong with it is said by fileSource
  if (!found?.isDirectory() && (found || !isDynamicPattern(name))) return [await fileSource(name, options)];
  const paths = await (found ? glob('**', { cwd: name }) : glob(name, { absolute: isAbsolute(name) }));
  if (paths.length === 0) {
    throw new SourceError(found ? `Expected files in the folder ${name}, got none` : `No file matches ${name}`, name);
  }
  const prefix = found ? `${name.replace(/\/+$/, '')}/` : '';
  return Promise.all(paths.sort().map((path) => fileSource(prefix + path, options)));
}
