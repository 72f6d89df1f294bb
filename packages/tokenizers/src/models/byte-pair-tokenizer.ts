// A tokenizer of byte pairs: a pattern that cuts text, ranks of byte strings, special tokens.
import { byteOffsets } from '../byte-offsets.ts';
import { largestRank, pieceEncoder, type Ranks } from '../byte-pair.ts';
import { append, type IdList, idList } from '../id-list.ts';
import { byteGlyphs } from '../pipeline/byte-glyphs.ts';
import { printable } from '../printable.ts';
import { splitSpecials } from '../special-tokens.ts';
import { cutPieces, onigurumaSource, type SplitPattern, splitPattern } from '../split-patterns.ts';
import type { EncodeOptions, Tokenizer, TokenizerFileJSON } from '../tokenizer.ts';
import { unknownId } from '../vocabulary.ts';
import { recoverMerges } from './byte-pair-recover.ts';

export type BytePairParts = {
  /** Byte string → id, which is also its rank: the lower, the earlier it is joined. Has all 256 single bytes. */
  readonly ranks: Ranks;
  readonly pattern: SplitPattern;
  readonly specials: Readonly<Record<string, number>>;
};

/** The tokenizer, and what files need to write it. */
export type BytePairTokenizer = Tokenizer & { readonly parts: BytePairParts };

/**
 * A tokenizer whose tokens are strings of bytes. Its JSON is a tokenizer.json: bytes as GPT-2's glyphs, merges recovered
 * from the ranks, the pattern as Oniguruma writes it.
 *
 * @throws RangeError if one of the 256 bytes is no token, or two tokens have the same id
 */
export function bytePairTokenizer(parts: BytePairParts): BytePairTokenizer {
  const { ranks, specials } = parts;
  const names = Object.keys(specials);
  const tokens = tokensById(ranks, specials);
  const vocabSize = tokens.length;
  const encodePieces = encoderOf(parts);

  const tokenAt = (id: number) => {
    const token = tokens[id];
    if (token === undefined) throw unknownId(id, vocabSize);
    return token;
  };
  const tokenOf = (id: number) => printable(tokenAt(id));

  const encode = (text: string, options?: EncodeOptions) => {
    const encoded = idList(text.length / 3);
    for (const span of splitSpecials(text, names, options)) {
      if (span.special) append(encoded, specials[span.text]);
      else encodePieces(span.text, encoded);
    }
    return encoded.data.slice(0, encoded.length);
  };

  let ids: Map<string, number> | undefined; // made when first asked for

  return {
    kind: 'bpe',
    vocabSize,
    lossless: true,
    specials,
    parts,
    encode,
    encodeWithOffsets: (text, options) =>
      byteOffsets(text, encode(text, options), (id) => (tokens[id] as Uint8Array).length),
    decode(list) {
      const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
      let text = '';
      for (const id of list) text += decoder.decode(tokenAt(id), { stream: true });
      return text + decoder.decode();
    },
    idOf(token) {
      ids ??= new Map([...ranks.values(), ...Object.values(specials)].map((id) => [tokenOf(id), id]));
      return ids.get(token);
    },
    tokenOf,
    toJSON: () => tokenizerFile(parts),
  };
}

function encoderOf({ ranks, pattern }: BytePairParts): (text: string, ids: IdList) => void {
  const regex = splitPattern(pattern);
  if (!(pattern instanceof RegExp)) return pieceEncoder(regex, ranks);
  const encodePiece = pieceEncoder(/[\s\S]+/gu, ranks); // one's own pattern may leave gaps, which cutPieces fills
  return (text, ids) => {
    for (const piece of cutPieces(text, regex)) encodePiece(piece, ids);
  };
}

function tokensById(ranks: Ranks, specials: Readonly<Record<string, number>>): readonly (Uint8Array | undefined)[] {
  for (let byte = 0; byte < 256; byte++) {
    if (!ranks.has(String.fromCharCode(byte))) {
      throw new RangeError(`Expected every byte to be a token, got none for byte ${byte}; no text may be left out`);
    }
  }
  const found = new Map<number, Uint8Array>();
  const take = (id: number, bytes: Uint8Array) => {
    const other = found.get(id);
    if (!Number.isInteger(id) || id < 0 || id > largestRank)
      throw new RangeError(`Expected ids from 0 to ${largestRank}, got ${id}`);
    if (other) throw new RangeError(`Expected each id once, got ${id} for ${shown(other)} and ${shown(bytes)}`);
    found.set(id, bytes);
  };
  for (const [token, id] of ranks)
    take(
      id,
      Uint8Array.from(token, (byte) => byte.charCodeAt(0)),
    );
  for (const [token, id] of Object.entries(specials)) take(id, new TextEncoder().encode(token));
  const tokens: (Uint8Array | undefined)[] = [];
  for (const [id, token] of found) tokens[id] = token;
  return tokens;
}

const shown = (bytes: Uint8Array) => JSON.stringify(printable(bytes));

function tokenizerFile({ ranks, pattern, specials }: BytePairParts): TokenizerFileJSON {
  const glyphs = byteGlyphs();
  const written = (bytes: string) => Array.from(bytes, (byte) => glyphs[byte.charCodeAt(0)]).join('');
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: Object.entries(specials).map(([content, id]) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer:
      pattern === 'gpt2'
        ? { ...byteLevel, use_regex: true }
        : {
            type: 'Sequence',
            pretokenizers: [
              { type: 'Split', pattern: { Regex: onigurumaSource(pattern) }, behavior: 'Isolated', invert: false },
              byteLevel,
            ],
          },
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries([...ranks].map(([token, id]) => [written(token), id])),
      merges: recoverMerges(ranks).map(({ left, right }) => [written(left), written(right)]),
    },
  };
}
