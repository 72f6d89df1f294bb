// A model: what is left of a tokenizer once the text has been normalized and cut into pieces.

/**
 * The tokens of one piece. Token i covers `piece.slice(ends[i - 1] ?? 0, ends[i])`, in UTF-16 units of the piece.
 *
 * Where one character becomes several tokens (its bytes, under byte fallback), all of them end where it ends: the bytes
 * of '€' in '€a' have the ends 1, 1, 1 and the tokens after the first cover what the first one covers.
 */
export type PieceTokens = { readonly ids: number[]; readonly ends: number[] };

export type Model = {
  readonly kind: 'bpe' | 'wordpiece' | 'unigram' | 'wordlevel';
  /** One more than the largest id. */
  readonly vocabSize: number;
  /** @throws RangeError if the piece holds what the vocabulary lacks, and there is no token for the unknown */
  encode(piece: string): PieceTokens;
  /** A token as the vocabulary writes it. */
  tokenOf(id: number): string | undefined;
  idOf(token: string): number | undefined;
  /** Hugging Face's JSON of the model, which is `model` in tokenizer.json. */
  toJSON(): ModelJSON;
};

export type BytePairJSON = {
  readonly type: 'BPE';
  readonly dropout: number | null;
  readonly unk_token: string | null;
  readonly continuing_subword_prefix: string | null;
  readonly end_of_word_suffix: string | null;
  readonly fuse_unk: boolean;
  readonly byte_fallback: boolean;
  readonly ignore_merges: boolean;
  readonly vocab: Readonly<Record<string, number>>;
  readonly merges: readonly (readonly [string, string])[];
};

export type WordPieceJSON = {
  readonly type: 'WordPiece';
  readonly unk_token: string;
  readonly continuing_subword_prefix: string;
  readonly max_input_chars_per_word: number;
  readonly vocab: Readonly<Record<string, number>>;
};

export type UnigramJSON = {
  readonly type: 'Unigram';
  readonly unk_id: number | null;
  readonly vocab: readonly (readonly [string, number])[];
  readonly byte_fallback: boolean;
};

export type WordLevelJSON = {
  readonly type: 'WordLevel';
  readonly vocab: Readonly<Record<string, number>>;
  readonly unk_token: string;
};

export type ModelJSON = BytePairJSON | WordPieceJSON | UnigramJSON | WordLevelJSON;
