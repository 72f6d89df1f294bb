// vocab.json and merges.txt, GPT-2's two files: tokens with their ids, and a line for each merge.
import { bytePairModel } from '../models/byte-pair.ts';
import * as decoders from '../pipeline/decoders.ts';
import { type PipelineTokenizer, pipeline } from '../pipeline/pipeline.ts';
import { byteLevel } from '../pipeline/pre-tokenizers.ts';
import type { Tokenizer } from '../tokenizer.ts';
import { TokenizerFileError } from './tokenizer-file-error.ts';
import { maxId } from './tokenizer-json-parts.ts';

/** The contents of the two files. */
export type VocabMerges = { readonly vocab: string; readonly merges: string };

export type ReadVocabMergesOptions = {
  /** Tokens of the vocabulary that are special: the files do not say. */
  readonly specials?: readonly string[];
  /** The names of the files, for errors. */
  readonly names?: VocabMerges;
};

/**
 * The byte-level tokenizer of the two files, with GPT-2's pattern:
 * `readVocabMerges({ vocab, merges }, { specials: ['<|endoftext|>'] })`.
 *
 * @throws TokenizerFileError naming the file and the token or line that is wrong
 */
export function readVocabMerges(
  files: VocabMerges,
  { specials = [], names = { vocab: 'vocab.json', merges: 'merges.txt' } }: ReadVocabMergesOptions = {},
): PipelineTokenizer {
  const vocab = readVocab(files.vocab, names.vocab);
  const merges = readMerges(files.merges, vocab, names.merges);
  const addedTokens = specials.map((content) => {
    const id = vocab.get(content);
    if (id === undefined) {
      throw new TokenizerFileError(names.vocab, 'the tokens', `Expected the special token ${shown(content)}, got none`);
    }
    return { content, id, special: true };
  });
  return pipeline({
    preTokenizer: byteLevel({ addPrefixSpace: false }),
    model: bytePairModel({ vocab, merges }),
    decoder: decoders.byteLevel(),
    addedTokens,
  });
}

/**
 * The two files of a byte-level tokenizer with GPT-2's pattern. Special tokens are in vocab.json, without a mark.
 *
 * @throws RangeError naming what the files cannot represent: another model, another way to cut, a normalizer, …
 */
export function writeVocabMerges(tokenizer: Tokenizer): VocabMerges {
  const json = tokenizer.toJSON();
  if (!('model' in json)) throw unrepresentable('the kind', tokenizer.kind);
  const { model } = json;
  const only = { type: 'ByteLevel', add_prefix_space: false, use_regex: true };
  for (const [field, value] of Object.entries(only)) {
    const got = Object(json.pre_tokenizer)[field];
    if (got !== value) throw unrepresentable(`pre_tokenizer.${field}`, got);
  }
  for (const part of ['normalizer', 'post_processor', 'truncation', 'padding']) {
    if (json[part]) throw unrepresentable(part, json[part]);
  }
  if (model.type !== 'BPE') throw unrepresentable('model.type', model.type);
  for (const option of ['dropout', 'unk_token', 'continuing_subword_prefix', 'end_of_word_suffix'] as const) {
    if (model[option]) throw unrepresentable(`model.${option}`, model[option]);
  }
  for (const option of ['fuse_unk', 'byte_fallback', 'ignore_merges'] as const) {
    if (model[option]) throw unrepresentable(`model.${option}`, model[option]);
  }
  const vocab = new Map(Object.entries(model.vocab as Record<string, number>));
  for (const { content, id, special } of json.added_tokens as { content: string; id: number; special: boolean }[]) {
    if (!special) throw unrepresentable('an added token that is not special', content);
    vocab.set(content, id);
  }
  const merges = (model.merges as [string, string][]).map((pair) => {
    const odd = pair.find((token) => /\s/.test(token));
    if (odd !== undefined) throw unrepresentable('a token with whitespace in a merge', odd);
    return pair.join(' ');
  });
  return {
    vocab: JSON.stringify(Object.fromEntries(vocab)),
    merges: ['#version: 0.2', ...merges, ''].join('\n'),
  };
}

function readVocab(text: string, file: string): Map<string, number> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new TokenizerFileError(file, 'the JSON', (error as Error).message, { cause: error });
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new TokenizerFileError(file, 'the JSON', 'Expected an object of tokens and their ids, got something else');
  }
  const vocab = new Map<string, number>();
  const tokenOf = new Map<number, string>();
  for (const [token, id] of Object.entries(json)) {
    const place = `token ${shown(token)}`;
    if (!Number.isInteger(id) || id < 0 || id >= maxId) {
      throw new TokenizerFileError(file, place, `Expected an id from 0 to ${maxId - 1}, got ${shown(id)}`);
    }
    const other = tokenOf.get(id);
    if (other !== undefined)
      throw new TokenizerFileError(file, place, `Expected each id once, got ${id} as for ${shown(other)}`);
    vocab.set(token, id);
    tokenOf.set(id, token);
  }
  return vocab;
}

function readMerges(text: string, vocab: ReadonlyMap<string, number>, file: string): [string, string][] {
  const merges: [string, string][] = [];
  for (const [i, line] of text.split('\n').entries()) {
    const written = line.replace(/\r$/, '');
    if (written === '' || (i === 0 && written.startsWith('#version'))) continue;
    const place = `line ${i + 1}`;
    const pair = written.split(' ');
    if (pair.length !== 2 || pair.includes('')) {
      throw new TokenizerFileError(file, place, `Expected two tokens with a space between, got ${shown(written)}`);
    }
    const missing = [...pair, pair.join('')].find((token) => !vocab.has(token));
    if (missing !== undefined) {
      throw new TokenizerFileError(file, place, `Expected tokens of the vocabulary, got ${shown(missing)}`);
    }
    merges.push([pair[0], pair[1]]);
  }
  return merges;
}

const unrepresentable = (what: string, value: unknown) =>
  new RangeError(`Expected what vocab.json and merges.txt can represent, got ${what}: ${shown(value)}`);

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
