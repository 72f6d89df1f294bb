// Tokenizers by name: published ones, and those in files and folders, whose format is found by name and content.

import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  bytes,
  encoding,
  encodingNames,
  readMinbpe,
  readTiktoken,
  readTokenizerJson,
  readVocabMerges,
  type Tokenizer,
  tokenizerFromJSON,
} from '@hornbook/tokenizers';
import { whyUnreadable } from '../data/source.ts';
import { shellWord } from '../shell-word.ts';
import { UserError } from '../user-error.ts';
import { type Pattern, patternNames } from './tokenizer-settings.ts';

/** What to know of a tokenizer whose file does not say. */
export type LoadOptions = {
  /** How to cut text, for .tiktoken files. */
  readonly pattern?: Pattern;
};

/**
 * A published encoding, `bytes`, a run folder, a prepared one, a folder with tokenizer.json or with vocab.json and merges.txt, or a file:
 * tokenizer.json, .tiktoken, or minbpe's .model.
 *
 * @throws UserError if it is none of these, TokenizerFileError if it is damaged
 */
export async function loadTokenizer(name: string, options: LoadOptions = {}): Promise<Tokenizer> {
  const published = encodingNames.find((known) => known === name);
  if (published !== undefined) return encoding(published);
  if (name === 'bytes') return bytes();
  return (await isFolder(name)) ? fromFolder(name) : fromFile(name, await read(name), options);
}

/** @throws CheckpointError if there is no run */
export async function tokenizerOfRun(folder: string): Promise<Tokenizer> {
  const { openRun } = await import('../training/run-folder.ts'); // and with it what makes models: only if there is one
  const { tokenizer, checkpoint } = await openRun(folder, 'latest');
  await checkpoint.close();
  return tokenizer;
}

async function fromFolder(folder: string): Promise<Tokenizer> {
  const names = await readdir(folder);
  if (['checkpoint.json', 'latest', 'next'].some((name) => names.includes(name))) {
    return tokenizerOfRun(folder);
  }
  if (names.includes('tokenizer.json')) return loadTokenizer(join(folder, 'tokenizer.json'));
  if (names.includes('vocab.json') && names.includes('merges.txt')) return fromPair(folder);
  if (names.some((name) => /^train(?:-\d+-of-\d+)?\.json$/.test(name))) {
    const { openDataset } = await import('@hornbook/datasets/files');
    const { tokenizer, close } = openDataset(folder);
    close();
    return tokenizerFromJSON(tokenizer);
  }
  throw new UserError(
    `Expected a tokenizer in ${folder}, got a folder without a run, tokenizer.json, or vocab.json and merges.txt`,
  );
}

async function fromPair(folder: string): Promise<Tokenizer> {
  const names = { vocab: join(folder, 'vocab.json'), merges: join(folder, 'merges.txt') };
  const vocab = text(await read(names.vocab), names.vocab);
  const merges = text(await read(names.merges), names.merges);
  readVocabMerges({ vocab, merges }, { names }); // with its complaints, before a look into the two
  return readVocabMerges({ vocab, merges }, { names, specials: unmergedTokens(vocab, merges) });
}

/** The files do not say which tokens are special: those longer than a byte that no merge makes. */
function unmergedTokens(vocab: string, merges: string): string[] {
  const made = new Set(merges.split(/\r?\n/).map((line) => line.replace(' ', '')));
  return Object.keys(JSON.parse(vocab)).filter((token) => [...token].length > 1 && !made.has(token));
}

async function fromFile(path: string, contents: Uint8Array, { pattern }: LoadOptions): Promise<Tokenizer> {
  if (['vocab.json', 'merges.txt'].includes(basename(path))) return fromPair(dirname(path));
  const file = text(contents, path);
  const start = file.slice(0, 1000).trimStart();
  if (start.startsWith('minbpe v1')) return readMinbpe(file, path);
  if (start.startsWith('{')) return fromJSON(file, path);
  if (/^[A-Za-z0-9+/]+=* \d+\r?\n/.test(start))
    return readTiktoken(file, { name: path, pattern: pattern ?? patternFor(path) });
  throw new UserError(
    `Expected a tokenizer: tokenizer.json, vocab.json beside merges.txt, .tiktoken or minbpe's .model; got ${path}, which is none`,
  );
}

/** The file does not say how to cut text: its name may. */
function patternFor(path: string): Pattern {
  const name = basename(path);
  const known = patternNames.find((pattern) => name.includes(pattern)) ?? (/r50k|p50k/.test(name) ? 'gpt2' : undefined);
  if (known) return known;
  throw new UserError(
    `${path} does not say how it cuts text. Make a tokenizer.json of it: ` +
      `hornbook tokenizer convert ${shellWord(path)} ${shellWord(name.replace(/\.\w+$/, '.json'))} --pattern ${patternNames[0]}`,
  );
}

async function fromJSON(file: string, path: string): Promise<Tokenizer> {
  let json: unknown;
  try {
    json = JSON.parse(file);
  } catch (cause) {
    throw new UserError(`Expected JSON in ${path}: ${(cause as Error).message}`, { cause });
  }
  if (!Object.hasOwn(json as object, 'kind')) return readTokenizerJson(json as object, path);
  try {
    return await tokenizerFromJSON(json); // what toJSON gives, as a checkpoint keeps it
  } catch (cause) {
    if (!(cause instanceof TypeError || cause instanceof RangeError)) throw cause;
    throw new UserError(`Expected a tokenizer in ${path}: ${cause.message}`, { cause });
  }
}

function text(contents: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(contents);
  } catch (cause) {
    const advice = path.endsWith('.model') ? ". Of SentencePiece's models, give the tokenizer.json" : '';
    throw new UserError(`Expected a tokenizer, got binary data: ${path}${advice}`, { cause });
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    throw unreadable(cause, path);
  }
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw unreadable(cause, path);
  }
}

function unreadable(cause: unknown, path: string): UserError {
  const error = cause as NodeJS.ErrnoException;
  if (error.code !== 'ENOENT') return new UserError(whyUnreadable(error, path), { cause });
  const advice = ['characters', 'words'].includes(path)
    ? 'It is learned from a text'
    : 'Give a tokenizer file or a run';
  return new UserError(`No such tokenizer: ${path}. ${advice}, or one of ${encodingNames.join(', ')}`, { cause });
}
