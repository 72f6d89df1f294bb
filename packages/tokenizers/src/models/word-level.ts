// WordLevel: a piece is a token as a whole, or it is unknown.
import type { Model } from './model.ts';

export type WordLevelOptions = {
  readonly vocab: ReadonlyMap<string, number> | Readonly<Record<string, number>>;
  /** What an unknown piece becomes; if the vocabulary lacks it, unknown pieces are errors. */
  readonly unkToken?: string;
};

/**
 * A lookup in a table: with { '[UNK]': 0, tea: 1 } 'tea' is 1 and 'coffee' is 0.
 *
 * @throws RangeError if two tokens have one id
 */
export function wordLevelModel({ vocab, unkToken = '<unk>' }: WordLevelOptions): Model {
  const ids = new Map(vocab instanceof Map ? vocab : Object.entries(vocab));
  const tokens = new Map<number, string>();
  for (const [token, id] of ids) {
    const other = tokens.get(id);
    if (other !== undefined) {
      throw new RangeError(
        `Expected each id once, got ${id} for ${JSON.stringify(other)} and ${JSON.stringify(token)}`,
      );
    }
    tokens.set(id, token);
  }
  const unknown = ids.get(unkToken);
  let vocabSize = 0;
  for (const id of tokens.keys()) vocabSize = Math.max(vocabSize, id + 1);

  return {
    kind: 'wordlevel',
    vocabSize,
    encode(piece) {
      const id = ids.get(piece) ?? unknown;
      if (id === undefined) {
        throw new RangeError(
          `Expected a word of the vocabulary, got ${JSON.stringify(piece)}; ` +
            `put ${JSON.stringify(unkToken)} into the vocabulary for unknown words`,
        );
      }
      return { ids: [id], ends: [piece.length] };
    },
    tokenOf: (id) => tokens.get(id),
    idOf: (token) => ids.get(token),
    toJSON: () => ({ type: 'WordLevel', vocab: Object.fromEntries(ids), unk_token: unkToken }),
  };
}
