// OpenAI's published encodings: byte pairs learned by others, loaded when asked for.
import { byteOffsets } from './byte-offsets.ts';
import { byteString, pieceEncoder } from './byte-pair.ts';
import { append, idList } from './id-list.ts';
import { printable } from './printable.ts';
import { splitSpecials } from './special-tokens.ts';
import { publishedPattern } from './split-patterns.ts';
import type { EncodeOptions, EncodingName, Tokenizer } from './tokenizer.ts';
import { unknownId } from './vocabulary.ts';

type RankTable = readonly (string | readonly number[])[]; // by id: a token's text, or its bytes where they are no text

type Published = {
  readonly load: () => Promise<{ readonly default: RankTable }>;
  readonly specials: Readonly<Record<string, number>>;
};

const published: Readonly<Record<EncodingName, Published>> = {
  gpt2: {
    load: () => import('gpt-tokenizer/bpeRanks/r50k_base'),
    specials: { '<|endoftext|>': 50256 },
  },
  cl100k_base: {
    load: () => import('gpt-tokenizer/bpeRanks/cl100k_base'),
    specials: {
      '<|endoftext|>': 100257,
      '<|fim_prefix|>': 100258,
      '<|fim_middle|>': 100259,
      '<|fim_suffix|>': 100260,
      '<|endofprompt|>': 100276,
    },
  },
  o200k_base: {
    load: () => import('gpt-tokenizer/bpeRanks/o200k_base'),
    specials: { '<|endoftext|>': 199999, '<|endofprompt|>': 200018 },
  },
};

export const encodingNames = ['gpt2', 'cl100k_base', 'o200k_base'] as const satisfies readonly EncodingName[];

/**
 * One of OpenAI's encodings, with tiktoken's ids: gpt2 has 50257, cl100k_base (GPT-4) 100277, o200k_base (GPT-4o)
 * 200019. The last two leave some ids below their special tokens unused: those stand for no token.
 *
 * Loads the encoding's table (0.6, 1.2 or 2.4 MB of JavaScript, from the package gpt-tokenizer) and indexes it, which
 * takes a few tenths of a second: keep the result. Half a surrogate pair is encoded as U+FFFD, as tiktoken does it; ids
 * that are not UTF-8 together decode to U+FFFD.
 *
 * @throws RangeError if there is no encoding of that name
 */
export async function encoding(name: EncodingName): Promise<Tokenizer> {
  if (!encodingNames.includes(name)) {
    throw new RangeError(`Expected an encoding (${encodingNames.join(', ')}), got ${name}`);
  }
  const { load, specials } = published[name];
  return publishedTokenizer(name, (await load()).default, publishedPattern(name), specials);
}

function publishedTokenizer(
  name: EncodingName,
  table: RankTable,
  pattern: RegExp,
  specials: Readonly<Record<string, number>>,
): Tokenizer {
  const names = Object.keys(specials);
  const specialOf = new Map(names.map((special) => [specials[special], special]));
  const vocabSize = Math.max(...specialOf.keys()) + 1;
  const ranks = new Map(
    table.map((token, id) => [typeof token === 'string' ? byteString(token) : String.fromCharCode(...token), id]),
  );

  const encodePieces = pieceEncoder(pattern, ranks);

  const tokenAt = (id: number) => {
    const token = table[id] ?? specialOf.get(id);
    if (token === undefined) throw unknownId(id, vocabSize);
    return token;
  };

  const tokenOf = (id: number) => {
    const token = tokenAt(id);
    return typeof token === 'string' ? token : printable(Uint8Array.from(token));
  };

  const encode = (text: string, options?: EncodeOptions) => {
    const encoded = idList(text.length / 3);
    for (const span of splitSpecials(text, names, options)) {
      if (span.special) append(encoded, specials[span.text]);
      else encodePieces(span.text, encoded);
    }
    return encoded.data.slice(0, encoded.length);
  };

  let ids: Map<string, number> | undefined; // made when first asked for
  let lengths: Uint8Array | undefined; // of tokens, in bytes; made when first asked for

  return {
    kind: name,
    vocabSize,
    lossless: true,
    specials,
    encode,
    encodeWithOffsets(text, options) {
      lengths ??= byteLengths([...ranks, ...Object.entries(specials)], vocabSize);
      return byteOffsets(text, encode(text, options), (id) => (lengths as Uint8Array)[id]);
    },
    decode: (list) => joinTokens(list, tokenAt),
    idOf(token) {
      ids ??= new Map([...table.keys(), ...specialOf.keys()].map((id) => [tokenOf(id), id]));
      return ids.get(token);
    },
    tokenOf,
    toJSON: () => ({ kind: name }),
  };
}

function byteLengths(tokens: Iterable<readonly [string, number]>, vocabSize: number): Uint8Array {
  const lengths = new Uint8Array(vocabSize); // the longest token of the three tables has 128 bytes
  for (const [token, id] of tokens) lengths[id] = token.length;
  return lengths;
}

/** A token that is text begins and ends between characters, so only the bytes between two of those wait to be decoded. */
function joinTokens(ids: Iterable<number>, tokenAt: (id: number) => string | readonly number[]): string {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let text = '';
  let waiting: number[] = [];
  for (const id of ids) {
    const token = tokenAt(id);
    if (typeof token !== 'string') {
      waiting.push(...token);
      continue;
    }
    if (waiting.length > 0) {
      text += decoder.decode(Uint8Array.from(waiting));
      waiting = [];
    }
    text += token;
  }
  return text + decoder.decode(Uint8Array.from(waiting));
}
