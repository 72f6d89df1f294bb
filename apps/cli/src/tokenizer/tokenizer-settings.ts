// What can be said of a tokenizer, by name. Loads nothing: the help is made of it.
import type { EncodingName } from '@hornbook/tokenizers';
import { InvalidArgumentError } from 'commander';

/** Tokenizers that a run may begin with, without a file. */
export const tokenizerKinds = () => ['characters', 'words', 'bytes', ...patternNames];

export const tokenizerAlgorithms = ['bpe', 'wordpiece', 'unigram'] as const;
export type TokenizerAlgorithm = (typeof tokenizerAlgorithms)[number];

export const patternNames = ['gpt2', 'cl100k_base', 'o200k_base'] as const satisfies readonly EncodingName[];
export type Pattern = (typeof patternNames)[number] | RegExp;

/** `gpt2`, or one's own between slashes: `/\p{L}+|\P{L}+/`. */
export function parsePattern(text: string): Pattern {
  const known = patternNames.find((name) => name === text);
  if (known !== undefined) return known;
  const own = /^\/(.+)\/([a-z]*)$/s.exec(text);
  if (!own) throw new InvalidArgumentError(`Expected ${patternNames.join(', ')}, or a regular expression as /…/.`);
  const [, source, flags] = own;
  try {
    return new RegExp(source, /[uv]/.test(flags) ? flags : `${flags}u`);
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}.`);
  }
}
