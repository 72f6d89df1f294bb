// Where text comes from: a corpus that ships with the project, a file, or standard input.
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { type CorpusName, corpora, loadCorpus } from '@hornbook/datasets';
import { UserError } from './user-error.ts';

export type Source = {
  /** As given: a corpus name or a path. */
  readonly name: string;
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
    return { name, title: name, text: await loadCorpus(name), kind: corpora[name].kind };
  }
  const text = decodeText(await readBytes(name), name);
  return { name, title: basename(name, extname(name)), text, kind: looksLikeLines(text) ? 'lines' : 'prose' };
}

/** Standard input as text. */
export async function readStandardInput(): Promise<string> {
  const text = await readAll(process.stdin);
  if (text === '') throw new UserError('Expected text on standard input, got none');
  return text;
}

/** The text of a file, line ends made single newlines. */
export async function readTextFile(path: string): Promise<string> {
  return decodeText(await readBytes(path), path);
}

const isCorpus = (name: string): name is CorpusName => Object.hasOwn(corpora, name);

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') {
      throw new UserError(`No such file: ${path}. Give a text file, or one of ${Object.keys(corpora).join(', ')}`, {
        cause: error,
      });
    }
    if (code === 'EISDIR') throw new UserError(`Expected a text file, got a folder: ${path}`, { cause: error });
    if (code === 'EACCES') throw new UserError(`No permission to read ${path}`, { cause: error });
    throw error;
  }
}

function decodeText(bytes: Uint8Array, path: string): string {
  if (bytes.length === 0) throw new UserError(`Expected text, got an empty file: ${path}`);
  const zero = bytes.indexOf(0);
  if (zero >= 0) throw new UserError(`Expected a text file, got a binary one: ${path} has a zero byte at ${zero}`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replaceAll(/\r\n?/g, '\n');
  } catch (error) {
    throw new UserError(`Expected UTF-8 text: ${path} holds bytes that are not. Convert it, for example with iconv`, {
      cause: error,
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
