// A prepared folder as what trains a model: windows straight from its token files.
import { stat } from 'node:fs/promises';
import { type TokenStream, windows } from '@hornbook/datasets';
import { openDataset, type PreparedDataset } from '@hornbook/datasets/files';
import { type Tokenizer, tokenizerFromJSON } from '@hornbook/tokenizers';
import type { Settings } from '../config/settings.ts';
import { textSettings } from '../config/text-settings.ts';
import { loadTokenizer } from '../tokenizer/tokenizer-files.ts';
import { UserError } from '../user-error.ts';
import { type Part, type Parts, readsRows } from './corpus.ts';

/** The dataset in a folder; undefined if this is no folder. @throws TokenFileError if the folder holds none */
export async function openPrepared(name: string): Promise<PreparedDataset | undefined> {
  const found = await stat(name).catch(() => undefined); // what is wrong with a file is said by who reads it
  return found?.isDirectory() ? openDataset(name) : undefined;
}

/**
 * The tokenizer that made the tokens.
 *
 * @param given what the settings name: the same, or the default
 * @param named whether somebody said so: then the default is another
 * @throws UserError if it is another
 */
export async function preparedTokenizer(
  { tokenizer }: PreparedDataset,
  name: string,
  given: string,
  named: boolean,
): Promise<Tokenizer> {
  const own = await tokenizerFromJSON(tokenizer);
  if ((!named && given === textSettings.tokenizer.otherwise) || given === own.kind) return own;
  const learned = given === 'words' || given === 'characters'; // from a text
  const other = learned ? undefined : await loadTokenizer(given);
  if (other && JSON.stringify(other.toJSON()) === JSON.stringify(own.toJSON())) return own;
  throw new UserError(
    `Expected the tokenizer that prepared ${name}, got ${given}: leave --tokenizer out, or prepare the text anew with ` +
      `--tokenizer ${given}`,
  );
}

/**
 * Windows of the tokens to train on, and of those to judge by.
 *
 * @throws UserError if there are too few, or the model reads lines
 */
export function preparedParts({ train, val }: PreparedDataset, name: string, settings: Settings): Parts {
  if (readsRows(settings) || settings.documents !== 'joined' || settings.model === 'counted-bigram') {
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
