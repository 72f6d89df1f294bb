// Unigram: each token has a probability, and a piece is cut into the most probable tokens (Kudo, 2018).
import type { Model } from './model.ts';
import { trieOf } from './trie.ts';
import { viterbi } from './unigram-viterbi.ts';

export type UnigramOptions = {
  /** Tokens with scores (natural log probabilities); a token's place is its id. */
  readonly vocab: readonly (readonly [token: string, score: number])[];
  /** The id of the token that stands for characters not in the vocabulary. Without one they are an error. */
  readonly unkId?: number;
  /** Whether to write unknown characters as the tokens of their UTF-8 bytes, `<0x00>` to `<0xFF>`, where those exist. */
  readonly byteFallback?: boolean;
};

const unknownPenalty = 10; // an unknown character scores so much less than the least probable token

/**
 * A Unigram model as Hugging Face's library and SentencePiece apply it: the ways to cut a piece are compared by the sum
 * of their scores; a character that is no token scores 10 less than the lowest score; unknown characters that follow
 * one another are one unknown token. With a −1, b −1, ab −1.5: 'abb' → ab b.
 *
 * Does not sample among the ways (subword regularization).
 *
 * @throws RangeError if a token stands in the vocabulary twice, a score is not finite, or unkId is no id
 */
export function unigramModel({ vocab, unkId, byteFallback = false }: UnigramOptions): Model {
  const ids = idsOf(vocab);
  if (unkId !== undefined && !vocab[unkId]) {
    throw new RangeError(`Expected unkId to be the id of a token (0 to ${vocab.length - 1}), got ${unkId}`);
  }
  const scores = Float64Array.from(vocab, ([, score]) => score);
  const lowest = scores.reduce((a, b) => Math.min(a, b), Infinity);
  const best = viterbi({ trie: trieOf(ids), scores, unkId: unkId ?? -1, unkScore: lowest - unknownPenalty });

  const byteIds = (text: string): number[] | undefined => {
    const encoded: number[] = [];
    for (const byte of new TextEncoder().encode(text)) {
      const id = ids.get(byteToken(byte));
      if (id === undefined) return undefined;
      encoded.push(id);
    }
    return encoded;
  };

  return {
    kind: 'unigram',
    vocabSize: vocab.length,
    encode(piece) {
      const way = best(piece);
      if (typeof way === 'number') {
        const character = String.fromCodePoint(piece.codePointAt(way) as number);
        throw new RangeError(
          `Expected a piece of the ${vocab.length} tokens of the vocabulary, got ${JSON.stringify(character)} at index ` +
            `${way}; a model with an unkId takes any`,
        );
      }
      if (unkId === undefined || !way.ids.includes(unkId)) return way;

      const tokens = { ids: [] as number[], ends: [] as number[] };
      for (let i = 0, start = 0; i < way.ids.length; i++) {
        if (way.ids[i] === unkId) while (way.ids[i + 1] === unkId) i++;
        const end = way.ends[i];
        let encoded = [way.ids[i]];
        if (way.ids[i] === unkId) {
          const text = piece.slice(start, end);
          const whole = ids.get(text);
          if (whole !== undefined) encoded = [whole];
          else if (byteFallback) encoded = byteIds(text) ?? encoded;
        }
        for (const id of encoded) {
          tokens.ids.push(id);
          tokens.ends.push(end);
        }
        start = end;
      }
      return tokens;
    },
    tokenOf: (id) => vocab[id]?.[0],
    idOf: (token) => ids.get(token),
    toJSON: () => ({ type: 'Unigram', unk_id: unkId ?? null, vocab, byte_fallback: byteFallback }),
  };
}

/** The token of one byte: 10 → `<0x0A>`. */
function byteToken(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}

function idsOf(vocab: UnigramOptions['vocab']): Map<string, number> {
  if (vocab.length === 0) throw new RangeError('Expected at least one token, got none');
  const ids = new Map<string, number>();
  for (const [id, [token, score]] of vocab.entries()) {
    const first = ids.get(token);
    const name = JSON.stringify(token);
    if (first !== undefined) throw new RangeError(`Expected each token once, got ${name} at ids ${first} and ${id}`);
    if (!Number.isFinite(score)) throw new RangeError(`Expected finite scores, got ${score} for ${name}`);
    ids.set(token, id);
  }
  return ids;
}
