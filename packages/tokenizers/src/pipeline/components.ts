// What the parts of a pipeline are: plain values, each with what it does and with its JSON in tokenizer.json.
import type { NormalizedText } from './normalized-text.ts';

/** As tokenizer.json writes a part: `{ type: 'Digits', individual_digits: true }`. */
export type PartJSON = { readonly type: string; readonly [field: string]: unknown };

/** Changes the text before it is cut. */
export type Normalizer = {
  normalize(text: NormalizedText): NormalizedText;
  toJSON(): PartJSON;
};

/** Cuts the text into the pieces that the model sees, which may change them (bytes become glyphs, spaces become ▁). */
export type PreTokenizer = {
  /** One after another; each sees the pieces of the one before it, one at a time. */
  readonly stages: readonly Stage[];
  /** True if no character is removed or added, so that the pieces joined are the text (or the glyphs of its bytes). */
  readonly exact: boolean;
  /** True if the pieces are the glyphs of bytes (see byte-glyphs.ts). */
  readonly glyphs: boolean;
  toJSON(): PartJSON;
};

export type Stage = (piece: NormalizedText) => readonly NormalizedText[];

/** What comes after the model: tokens around the text's own, and whitespace that is not counted to a token's place. */
export type PostProcessor = {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly trim?: { readonly addPrefixSpace: boolean };
  toJSON(): PartJSON;
};

/** Tokens to the text they stand for, which is what `decode` gives joined. */
export type Decoder = {
  decode(tokens: readonly string[]): readonly string[];
  /** True if it reads glyphs of bytes, so that added tokens must be written in them. */
  readonly glyphs: boolean;
  toJSON(): PartJSON;
};
