// Where text comes from: a corpus that ships with the project, a file, or standard input.
import { readFile } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type CorpusName, corpora, loadCorpus } from '@hornbook/datasets';
import { UserError } from './user-error.ts';

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
};

/** Reads `names`, `story`, or a UTF-8 text file. @throws UserError that says what is wrong with it */
export async function readSource(name: string): Promise<Source> {
  if (isCorpus(name)) {
    return { name, location: name, title: name, text: await loadCorpus(name), kind: corpora[name].kind };
  }
  const text = decodeText(await readBytes(name), name);
  const title = basename(name, extname(name));
  return { name, location: resolve(name), title, text, kind: looksLikeLines(text) ? 'lines' : 'prose' };
}

/** Standard input as text. @throws UserError as `readSource`, or if nothing is piped in */
export async function readStandardInput(): Promise<string> {
  if (process.stdin.isTTY) {
    throw new UserError('Expected a text: give a file, or --text, or pipe one in', { exitCode: 2 });
  }
  return decodeText(await buffer(process.stdin), 'standard input');
}

const isCorpus = (name: string): name is CorpusName => Object.hasOwn(corpora, name);

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new UserError(whyUnreadable(cause as NodeJS.ErrnoException, path), { cause });
  }
}

function whyUnreadable({ code, message }: NodeJS.ErrnoException, path: string): string {
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

function decodeText(bytes: Uint8Array, name: string): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new UserError(`Expected UTF-8 text, got UTF-16: ${name}. Save it as UTF-8`);
  }
  const zero = bytes.indexOf(0);
  if (zero >= 0) throw new UserError(`Expected text, got binary data: ${name} has a zero byte at ${zero}`);
  const text = decodeUtf8(bytes, name);
  if (text === '') throw new UserError(`Expected text, got none: ${name} is empty`);
  return text.replaceAll(/\r\n?/g, '\n');
}

/** Without the byte order mark that some editors put first. */
function decodeUtf8(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UserError(`Expected UTF-8 text: ${name} holds bytes that are not. Convert it, for example with iconv`, {
      cause,
    });
  }
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
