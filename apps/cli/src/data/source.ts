// Where text comes from: a corpus that ships with the project, a file, a prepared folder, or standard input.
import { readFile } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type CorpusName, corpora, findPublicCorpus, loadCorpus } from '@hornbook/datasets';
import { fetchCorpus, type PreparedDataset } from '@hornbook/datasets/files';
import { UserError } from '../user-error.ts';
import { openPrepared } from './prepared-data.ts';
import { decodeText } from './text-decoder.ts';

export type Source = {
  /** As given: a corpus name or a path. */
  readonly name: string;
  /** Where to find it again, from any folder: a corpus name or an absolute path. */
  readonly location: string;
  /** A short name for folders: `names`, `tinyshakespeare`. */
  readonly title: string;
  /** Line ends are single newlines. */
  readonly text: string;
  /** Lines are documents of their own (a list of names), or one stream of prose. */
  readonly kind: 'lines' | 'prose';
  /** Its tokens, where they were prepared; the text is then the checksums of their files, to know them again by. */
  readonly prepared?: PreparedDataset;
};

/**
 * Reads `names`, `story`, a public corpus such as `tiny-shakespeare`, which is fetched the first time, or a UTF-8 text file.
 *
 * @throws UserError or DownloadError that says what is wrong with it
 */
export async function readSource(name: string): Promise<Source> {
  if (isCorpus(name)) {
    return { name, location: name, title: name, text: await loadCorpus(name), kind: corpora[name].kind };
  }
  const corpus = findPublicCorpus(name);
  if (corpus) {
    const { path } = await fetchCorpus(name);
    const text = wholeText(await readBytes(path), name);
    return { name, location: name, title: name.replace(':', '-'), text, kind: corpus.kind };
  }
  const text = wholeText(await readBytes(name), name);
  const title = basename(name, extname(name));
  return { name, location: resolve(name), title, text, kind: looksLikeLines(text) ? 'lines' : 'prose' };
}

/**
 * The same, or a folder that `hornbook data prepare` made.
 *
 * @throws UserError, DownloadError or TokenFileError that says what is wrong with it
 */
export async function readTrainingSource(name: string): Promise<Source> {
  const prepared = isCorpus(name) ? undefined : await openPrepared(name);
  if (!prepared) return readSource(name);
  const location = resolve(name);
  const text = prepared.files.map(({ info }) => info.sha256).join('\n');
  return { name, location, title: basename(location), text, kind: 'prose', prepared };
}

/** Standard input as text. @throws UserError as `readSource`, or if nothing is piped in */
export async function readStandardInput(): Promise<string> {
  if (process.stdin.isTTY) throw noInput();
  return wholeText(await buffer(process.stdin), 'standard input');
}

export function noInput(): UserError {
  return new UserError('Expected a text: give a file, or --text, or pipe one in', { exitCode: 2 });
}

export const isCorpus = (name: string): name is CorpusName => Object.hasOwn(corpora, name);

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new UserError(whyUnreadable(cause as NodeJS.ErrnoException, path), { cause });
  }
}

export function whyUnreadable({ code, message }: NodeJS.ErrnoException, path: string): string {
  switch (code) {
    case 'ENOENT':
      return `No such file: ${path}. Give a text file, or one of the corpora ${Object.keys(corpora).join(' and ')}`;
    case 'EISDIR':
      return `Expected a text file, got a folder: ${path}`;
    case 'EACCES':
      return `No permission to read ${path}`;
    default:
      return `Could not read ${path}: ${message}`;
  }
}

function wholeText(bytes: Uint8Array, name: string): string {
  const { push, end } = decodeText(name);
  return push(bytes) + end();
}

/** A list of short items, one a line: no line is longer than 40 characters and hardly any has a space. */
function looksLikeLines(text: string): boolean {
  const lines = text.split('\n').filter((line) => line !== '');
  return (
    lines.length > 1 &&
    lines.every((line) => line.length <= 40) &&
    lines.filter((line) => line.includes(' ')).length <= lines.length / 10
  );
}
