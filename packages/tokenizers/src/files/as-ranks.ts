// Byte-level tokenizers as bytes with ranks, the shape that .tiktoken and minbpe's files are written from.
import { byteString } from '../byte-pair.ts';
import { type BytePairTokenizer, bytePairTokenizer } from '../models/byte-pair-tokenizer.ts';
import { encodingNames } from '../published-encodings.ts';
import { type SplitPattern, splitPatterns } from '../split-patterns.ts';
import type { Tokenizer } from '../tokenizer.ts';

/** What of a tokenizer.json decides its ids. */
type FileJSON = {
  readonly model: { readonly type: string; readonly vocab: Readonly<Record<string, number>>; readonly merges: unknown };
  readonly normalizer: unknown;
  readonly pre_tokenizer: Part;
  readonly post_processor: Part;
  readonly decoder: Part;
  readonly added_tokens: readonly { readonly id: number; readonly content: string }[];
};

type Part = { readonly type: string; readonly [field: string]: unknown } | null;

/** Bytes, one character for each, with their ids. */
type Ranks = Iterable<readonly [bytes: string, id: number]>;

/**
 * The same tokenizer as bytes with ranks, for `writeTiktoken` and `writeMinbpe`: a published encoding, or a
 * tokenizer.json of byte pairs.
 *
 * `writeTiktoken(asRanks(readTokenizerJson(text, 'tokenizer.json')))`
 *
 * @throws RangeError naming what cannot be represented so
 */
export function asRanks(tokenizer: Tokenizer): BytePairTokenizer {
  if ('parts' in tokenizer) return tokenizer as BytePairTokenizer;
  const published = encodingNames.find((name) => name === tokenizer.kind);
  if (published !== undefined) return withRanks(publishedRanks(tokenizer), published, tokenizer.specials);
  if (tokenizer.kind !== 'bpe') throw new RangeError(`Expected byte pairs, got ${tokenizer.kind}`);

  const json = fileOf(tokenizer);
  const specials = Object.fromEntries(json.added_tokens.map(({ content, id }) => [content, id]));
  const made = withRanks(glyphRanks(json), patternOf(json.pre_tokenizer), specials);
  const [wanted, got] = [essence(json), essence(fileOf(made))];
  for (const [name, value] of Object.entries(wanted)) {
    if (!isSame(got[name as keyof typeof got], value)) throw unrepresentable(name, value);
  }
  return made;
}

const fileOf = (tokenizer: Tokenizer) => tokenizer.toJSON() as unknown as FileJSON;

function withRanks(ranks: Ranks, pattern: SplitPattern, specials: Readonly<Record<string, number>>): BytePairTokenizer {
  return bytePairTokenizer({ ranks: new Map(ranks), pattern, specials });
}

/** A file without merges: shows how bytes and patterns are written. */
function bytesAlone(pattern: SplitPattern): FileJSON {
  const bytes = Array.from({ length: 256 }, (_, byte) => [String.fromCharCode(byte), byte] as const);
  return fileOf(withRanks(bytes, pattern, {}));
}

/** A token is text, or ASCII and bytes such as `<0xE2>`: then it does not decode to the same. */
function publishedRanks(tokenizer: Tokenizer): Ranks {
  const special = new Set(Object.values(tokenizer.specials));
  const ranks: [string, number][] = [];
  for (let id = 0; id < tokenizer.vocabSize; id++) {
    if (special.has(id) || !isToken(tokenizer, id)) continue;
    const token = tokenizer.tokenOf(id);
    const text = tokenizer.decode([id]) === token ? byteString(token) : undefined;
    ranks.push([
      text ?? token.replaceAll(/<0x([0-9A-F]{2})>/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
      id,
    ]);
  }
  return ranks;
}

/** False for the ids that published encodings leave unused. */
function isToken(tokenizer: Tokenizer, id: number): boolean {
  try {
    tokenizer.tokenOf(id);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** A file writes bytes as printable glyphs: ' the' as 'Ġthe'. */
function glyphRanks({ model, added_tokens }: FileJSON): Ranks {
  const glyphs = new Map(Object.entries(bytesAlone('gpt2').model.vocab));
  const added = new Set(added_tokens.map(({ content }) => content));
  return Object.entries(model.vocab)
    .filter(([token]) => !added.has(token))
    .map(([token, id]) => {
      const list = Array.from(token, (glyph) => glyphs.get(glyph));
      if (list.includes(undefined)) throw unrepresentable('a token that is not of bytes', token);
      return [String.fromCharCode(...(list as number[])), id];
    });
}

/** The pattern that cuts as the file says; `gpt2` where that is not known, and the comparison will tell. */
function patternOf(preTokenizer: Part): SplitPattern {
  const regexOf = (part: Part): unknown => {
    const [split] = (part?.pretokenizers ?? []) as { readonly pattern?: { readonly Regex?: unknown } }[];
    return split?.pattern?.Regex;
  };
  const regex = regexOf(preTokenizer);
  if (typeof regex !== 'string') return 'gpt2';
  const names = Object.keys(splitPatterns) as (keyof typeof splitPatterns)[];
  const known = names.find((name) => regexOf(bytesAlone(name).pre_tokenizer) === regex);
  if (known) return known;
  try {
    const whitespace = String(regexOf(bytesAlone(/\s/u).pre_tokenizer)); // as files write out \s: [\t-\r …]
    return new RegExp(regex.replaceAll(whitespace, '\\s').replaceAll(whitespace.slice(1, -1), '\\s'), 'u');
  } catch {
    throw unrepresentable('the pattern', regex);
  }
}

/** Without what has no influence on ids, and without how specials are listed. */
function essence({ model, normalizer, pre_tokenizer, post_processor, decoder, added_tokens }: FileJSON) {
  const added = new Set(added_tokens.map(({ content }) => content));
  const vocab = Object.fromEntries(Object.entries(model.vocab).filter(([token]) => !added.has(token)));
  const { merges, ...settings } = model;
  return {
    normalizer,
    pre_tokenizer: JSON.parse(
      JSON.stringify(pre_tokenizer, (key, value) => (key === 'trim_offsets' ? undefined : value)),
    ),
    post_processor: post_processor?.type === 'ByteLevel' ? null : post_processor,
    decoder: decoder?.type,
    'model (its settings)': { ...settings, vocab: undefined },
    'vocabulary (its ids)': vocab,
    'merges (in another order than their ids)': merges,
    added_tokens,
  };
}

function unrepresentable(what: string, value: unknown): RangeError {
  const text = JSON.stringify(value) ?? 'nothing';
  return new RangeError(
    `Expected what bytes with ranks can represent, got ${what}: ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`,
  );
}

/** Whether two values are the same JSON, in whatever order their fields stand. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [ofA, ofB] = [a, b].map((value) => new Map(Object.entries(value)));
  if (Array.isArray(a) !== Array.isArray(b) || ofA.size !== ofB.size) return false;
  return [...ofA].every(([name, value]) => ofB.has(name) && isSame(value, ofB.get(name)));
}
