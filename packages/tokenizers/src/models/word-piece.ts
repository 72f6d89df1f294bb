// WordPiece: a word is its longest beginning that is a token, then the longest that goes on from there, to its end.
import type { Model } from './model.ts';
import { trieOf } from './trie.ts';

export type WordPieceOptions = {
  readonly vocab: ReadonlyMap<string, number> | Readonly<Record<string, number>>;
  /** The token of words that the vocabulary cannot spell. Without it in the vocabulary they are an error. */
  readonly unkToken?: string;
  /** What tokens begin with that are not the beginning of a word. */
  readonly continuingSubwordPrefix?: string;
  /** Longer words are unknown, whatever the vocabulary. */
  readonly maxInputCharsPerWord?: number;
};

/**
 * A WordPiece model as BERT's: with the tokens play, ##ing, ##in, ##g: 'playing' → play ##ing. A word is unknown as a
 * whole if one place in it has no token, or if it has more than `maxInputCharsPerWord` characters (code points).
 *
 * @throws RangeError if two tokens have one id, an id is not a whole number from 0, or the limit is not at least 1
 */
export function wordPieceModel({
  vocab,
  unkToken = '[UNK]',
  continuingSubwordPrefix = '##',
  maxInputCharsPerWord = 100,
}: WordPieceOptions): Model {
  const ids: ReadonlyMap<string, number> = vocab instanceof Map ? vocab : new Map(Object.entries(vocab));
  const tokens = tokensOf(ids);
  if (!(maxInputCharsPerWord >= 1)) {
    throw new RangeError(`Expected maxInputCharsPerWord of at least 1, got ${maxInputCharsPerWord}`);
  }
  const trie = trieOf(ids);
  let inside = 0; // where tokens that continue a word begin
  for (let i = 0; i < continuingSubwordPrefix.length && inside >= 0; i++) {
    inside = trie.step(inside, continuingSubwordPrefix.charCodeAt(i));
  }

  function unknown(word: string) {
    const id = ids.get(unkToken);
    if (id === undefined) {
      const shown = JSON.stringify(word.length > 50 ? `${word.slice(0, 50)}…` : word);
      throw new RangeError(
        `Expected a word that the ${ids.size} tokens of the vocabulary spell, got ${shown}; ` +
          `a vocabulary with ${JSON.stringify(unkToken)} takes any`,
      );
    }
    return { ids: [id], ends: [word.length] };
  }

  return {
    kind: 'wordpiece',
    vocabSize: tokens.length,
    encode(piece) {
      if (isLonger(piece, maxInputCharsPerWord)) return unknown(piece);
      const encoded = { ids: [] as number[], ends: [] as number[] };
      for (let start = 0; start < piece.length; ) {
        let longest = -1;
        let end = start;
        let node = start === 0 ? 0 : inside;
        for (let i = start; i < piece.length && node >= 0; ) {
          node = trie.step(node, piece.charCodeAt(i++));
          if (node < 0 || trie.idAt(node) < 0) continue;
          longest = trie.idAt(node);
          end = i;
        }
        if (longest < 0) return unknown(piece);
        encoded.ids.push(longest);
        encoded.ends.push(end);
        start = end;
      }
      return encoded;
    },
    tokenOf: (id) => tokens[id],
    idOf: (token) => ids.get(token),
    toJSON: () => ({
      type: 'WordPiece',
      unk_token: unkToken,
      continuing_subword_prefix: continuingSubwordPrefix,
      max_input_chars_per_word: maxInputCharsPerWord,
      vocab: Object.fromEntries(ids),
    }),
  };
}

/** Whether a word has more characters than so many, without counting all of a long one. */
export function isLonger(word: string, limit: number): boolean {
  if (word.length <= limit) return false;
  let characters = 0;
  for (const _ of word) if (++characters > limit) return true;
  return false;
}

function tokensOf(ids: ReadonlyMap<string, number>): (string | undefined)[] {
  const tokens: (string | undefined)[] = [];
  for (const [token, id] of ids) {
    const name = JSON.stringify(token);
    if (!Number.isInteger(id) || id < 0 || id >= 2 ** 31) {
      throw new RangeError(`Expected ids from 0 to ${2 ** 31 - 1}, got ${id} for ${name}`);
    }
    if (tokens[id] !== undefined) {
      throw new RangeError(`Expected each id once, got ${id} for ${JSON.stringify(tokens[id])} and ${name}`);
    }
    tokens[id] = token;
  }
  if (ids.size === 0) throw new RangeError('Expected at least one token, got none');
  return tokens;
}
