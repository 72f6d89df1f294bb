// A prepared folder as what trains a model: windows straight from its token files.

import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type TokenStream, windows } from '@hornbook/datasets';
import { openDataset, type PreparedDataset } from '@hornbook/datasets/files';
import { type Tokenizer, tokenizerFromJSON } from '@hornbook/tokenizers';
import type { Settings } from '../config/settings.ts';
import { textSettings } from '../config/text-settings.ts';
import { shellWord } from '../shell-word.ts';
import { loadTokenizer } from '../tokenizer/tokenizer-files.ts';
import { tokenizerKinds } from '../tokenizer/tokenizer-settings.ts';
import { UserError } from '../user-error.ts';
import { type Part, type Parts, readsRows } from './corpus.ts';

/** The dataset in a folder; undefined if this is no folder. @throws UserError or TokenFileError if the folder holds none */
export async function openPrepared(name: string): Promise<PreparedDataset | undefined> {
  const found = await stat(name).catch(() => undefined); // what is wrong with a file is said by who reads it
  if (!found?.isDirectory()) return undefined;
  const names = await readdir(name);
  if (names.includes('latest')) throw new UserError(`Expected a text, or a prepared folder, got a run: ${name}`);
  if (names.some((one) => /^(?:train|val)(?:-\d+-of-\d+)?\.(?:bin|json)$|^\.prepare/.test(one)))
    return openDataset(name);
  throw new UserError(
    `Expected a text, or a prepared folder, got a folder that was not: ${name}. Prepare the texts in it: ` +
      `hornbook data prepare ${shellWord(name)} --tokenizer gpt2 --out ${shellWord(join('data', basename(resolve(name))))}`,
  );
}

/**
 * The tokenizer that made the tokens.
 *
 * @param given what the settings name: the same, or the default that nobody said
 * @throws UserError if it is another
 */
export async function preparedTokenizer(
  { tokenizer }: PreparedDataset,
  name: string,
  given: { readonly tokenizer: string; readonly said?: string },
): Promise<Tokenizer> {
  const { tokenizer: wanted, said } = given;
  const own = await tokenizerFromJSON(tokenizer);
  if ((said === undefined && wanted === textSettings.tokenizer.otherwise) || wanted === own.kind) return own;
  const learned = wanted === 'words' || wanted === 'characters'; // from a text
  const other = learned ? undefined : await loadTokenizer(wanted);
  if (other && JSON.stringify(other.toJSON()) === JSON.stringify(own.toJSON())) return own;
  const instead = learned ? 'train on the text itself' : `prepare the text anew with --tokenizer ${wanted}`;
  throw new UserError(
    `Expected the tokenizer that prepared ${name}, got ${wanted}: leave ${said ?? '--tokenizer'} out, or ${instead}`,
  );
}

/** What the settings of a run call it: its kind where that says it all, and else the folder, which has it. */
export function preparedTokenizerName({ kind }: Tokenizer, location: string): string {
  return tokenizerKinds().find((known) => known === kind) ?? location;
}

/**
 * The token after each document, which masks them from each other.
 *
 * @throws UserError if it may stand inside of documents, too
 */
export function endOfPrepared({ boundary, files }: PreparedDataset, name: string, tokenizer: Tokenizer): number {
  const special = Object.values(tokenizer.specials).some((id) => id === boundary);
  const lines = files.every(({ info }) => info.reading.split === 'lines');
  if (boundary !== undefined && (special || lines)) return boundary;
  const got =
    boundary === undefined
      ? 'files that name none'
      : `${JSON.stringify(tokenizer.tokenOf(boundary))}, which stands in documents too`;
  throw new UserError(
    `Expected a token in ${name} that does nothing but end documents, to mask them from each other, got ${got}: prepare the ` +
      'text with a tokenizer that has <|endoftext|>, or with --split lines, or leave --documents masked out',
  );
}

/**
 * Windows of the tokens to train on, and of those to judge by.
 *
 * @throws UserError if there are too few, or the model reads lines
 */
export function preparedParts({ train, val }: PreparedDataset, name: string, settings: Settings): Parts {
  if (readsRows(settings) || settings.documents === 'apart' || settings.model === 'counted-bigram') {
    throw new UserError(`The settings ask for the documents themselves: give the text of ${name}, not its tokens`);
  }
  if (!val) throw new UserError(`Expected tokens to judge by in ${name}: prepare it with --validation 0.1`);
  const { contextLength = 64 } = settings as Partial<Settings>;
  const part = (stream: TokenStream): Part => {
    if (stream.length > contextLength) {
      return {
        examples: windows(stream, { contextLength, stride: 1 }),
        evaluation: windows(stream, { contextLength }),
      };
    }
    throw new UserError(
      `Expected more than ${contextLength} tokens in every part of ${name}, got ${stream.length} in one: ` +
        'bring more text, or give a shorter --context-length',
    );
  };
  const validation = part(val);
  return { training: part(train), validation };
}
