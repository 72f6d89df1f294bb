// Byte pairs as Hugging Face applies them: the characters of a piece, joined by merges of strings.
import { joinPairs, maxMerges, mergeTable } from './byte-pair-join.ts';
import type { Model, PieceTokens } from './model.ts';

export type BytePairOptions = {
  /** Token → id. Bytes are written as GPT-2 writes them, where they are (' the' is 'Ġthe'): that is not this model's concern. */
  readonly vocab: ReadonlyMap<string, number> | Readonly<Record<string, number>>;
  /** Pairs of tokens, the first to be joined first. */
  readonly merges: readonly (readonly [string, string])[];
  /** The token of characters that are not in the vocabulary; without one they are an error. */
  readonly unkToken?: string;
  /** Makes unknown characters the tokens `<0x00>` to `<0xFF>` of their UTF-8, if the vocabulary has those. */
  readonly byteFallback?: boolean;
  /** Makes one token of a piece that is in the vocabulary, even if no merges lead there. */
  readonly ignoreMerges?: boolean;
  /** Makes one token of unknown characters that follow each other. */
  readonly fuseUnk?: boolean;
  /** Stands before every character of a piece but the first: '##'. */
  readonly continuingSubwordPrefix?: string;
  /** Stands after the last character of a piece: '</w>'. */
  readonly endOfWordSuffix?: string;
  /** BPE dropout: passes over each join with this probability (0 to 1), so that training sees other cuts of a word. */
  readonly dropout?: { readonly rate: number; readonly generator: { uniform64(n: number): Float64Array } };
};

/**
 * The model of tokenizer.json's type BPE. A piece of n characters takes n log n steps.
 *
 * @throws RangeError if an id is no natural number or stands for two tokens, a merge names a token that the vocabulary
 * lacks, or the unknown token is not in it
 * @see Sennrich et al., Neural Machine Translation of Rare Words with Subword Units (2016); Provilkov et al., BPE-Dropout (2020)
 */
export function bytePairModel(options: BytePairOptions): Model {
  const { merges, byteFallback = false, ignoreMerges = false, fuseUnk = false, unkToken, dropout } = options;
  const { continuingSubwordPrefix: prefix = '', endOfWordSuffix: suffix = '' } = options;
  const vocab = options.vocab instanceof Map ? options.vocab : new Map<string, number>(Object.entries(options.vocab));
  const tokens = tokensById(vocab);
  const idOf = (token: string, where: string): number => {
    const id = vocab.get(token);
    if (id === undefined) {
      throw new RangeError(`Expected ${where} in the vocabulary, got ${JSON.stringify(token)}; add it there`);
    }
    return id;
  };
  const unknown = unkToken === undefined ? undefined : idOf(unkToken, 'the unknown token');
  if (dropout !== undefined && !(dropout.rate >= 0 && dropout.rate <= 1)) {
    throw new RangeError(`Expected a dropout rate from 0 to 1, got ${dropout.rate}`);
  }

  if (merges.length > maxMerges) throw new RangeError(`Expected at most ${maxMerges} merges, got ${merges.length}`);
  const table = mergeTable(merges.length);
  for (const [rank, [left, right]] of merges.entries()) {
    const joined = left + right.slice(prefix.length);
    const where = (part: string) => `${part} of merge ${rank}`;
    table.add(
      idOf(left, where('the left side')),
      idOf(right, where('the right side')),
      rank,
      idOf(joined, where('the result')),
    );
  }
  const skip = dropout && dropout.rate > 0 ? () => dropout.generator.uniform64(1)[0] < dropout.rate : undefined;

  /** The characters of a piece as ids, each with the place where it ends. */
  function symbolsOf(piece: string): { symbols: number[]; ends: number[] } {
    const symbols: number[] = [];
    const ends: number[] = [];
    let end = 0;
    let fusing = false;
    for (const character of piece) {
      const start = end;
      end += character.length;
      const symbol = (start > 0 ? prefix : '') + character + (end === piece.length ? suffix : '');
      const id = vocab.get(symbol);
      const known = id !== undefined ? [id] : byteFallback ? bytesOf(symbol, vocab) : undefined;
      if (known !== undefined) {
        for (const each of known) {
          symbols.push(each);
          ends.push(end);
        }
      } else if (unknown === undefined) {
        throw new RangeError(
          `Expected characters of the vocabulary, got ${JSON.stringify(symbol)} at index ${start} of a piece; ` +
            'give the model an unknown token or byte fallback',
        );
      } else if (fusing && fuseUnk) {
        ends[ends.length - 1] = end;
      } else {
        symbols.push(unknown);
        ends.push(end);
      }
      fusing = known === undefined;
    }
    return { symbols, ends };
  }

  return {
    kind: 'bpe',
    vocabSize: tokens.length,
    encode(piece): PieceTokens {
      const whole = ignoreMerges ? vocab.get(piece) : undefined;
      if (whole !== undefined) return { ids: [whole], ends: [piece.length] };
      const { symbols, ends } = symbolsOf(piece);
      const { ids, lengths } = joinPairs(symbols, table, skip);
      let place = 0;
      return {
        ids,
        ends: lengths.map((length) => {
          place += length;
          return ends[place - 1];
        }),
      };
    },
    tokenOf: (id) => tokens[id],
    idOf: (token) => vocab.get(token),
    toJSON: () => ({
      type: 'BPE',
      dropout: dropout?.rate ?? null,
      unk_token: unkToken ?? null,
      continuing_subword_prefix: options.continuingSubwordPrefix ?? null,
      end_of_word_suffix: options.endOfWordSuffix ?? null,
      fuse_unk: fuseUnk,
      byte_fallback: byteFallback,
      ignore_merges: ignoreMerges,
      vocab: Object.fromEntries(vocab),
      merges,
    }),
  };
}

function tokensById(vocab: ReadonlyMap<string, number>): readonly (string | undefined)[] {
  const tokens: (string | undefined)[] = [];
  const found = new Map<number, string>();
  for (const [token, id] of vocab) {
    if (!Number.isInteger(id) || id < 0 || id > 2 ** 31 - 2) {
      throw new RangeError(`Expected ids from 0 to ${2 ** 31 - 2}, got ${id} for ${JSON.stringify(token)}`);
    }
    const other = found.get(id);
    if (other !== undefined) {
      throw new RangeError(
        `Expected each id once, got ${id} for ${JSON.stringify(other)} and ${JSON.stringify(token)}`,
      );
    }
    found.set(id, token);
  }
  for (const [id, token] of found) tokens[id] = token;
  return tokens;
}

/** The ids of a symbol's bytes, or undefined if the vocabulary lacks one of them: '€' → <0xE2> <0x82> <0xAC>. */
function bytesOf(symbol: string, vocab: ReadonlyMap<string, number>): number[] | undefined {
  const ids: number[] = [];
  for (const byte of new TextEncoder().encode(symbol)) {
    const id = vocab.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
    if (id === undefined) return undefined;
    ids.push(id);
  }
  return ids;
}
