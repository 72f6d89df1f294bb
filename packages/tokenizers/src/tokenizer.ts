// What every tokenizer can do: text to ids, ids to text.

export type Tokenizer = {
  readonly kind: string; // 'characters' | 'words' | 'bytes' | the name of a published encoding | what models are called
  /** One more than the largest id: the number of rows of an embedding table. */
  readonly vocabSize: number;
  /** True if decode(encode(text)) is the text again, for every well-formed text that encode accepts. */
  readonly lossless: boolean;
  /** Tokens that are not text, with their ids: `{ '<|endoftext|>': 50256 }`. */
  readonly specials: Readonly<Record<string, number>>;
  /**
   * Text to ids.
   * @throws RangeError if the text holds what the vocabulary lacks, or a special token that was not allowed
   */
  encode(text: string, options?: EncodeOptions): Int32Array;
  /** The same ids, each with the place in the text that it came from. Throws what `encode` throws. */
  encodeWithOffsets(text: string, options?: EncodeOptions): Encoding;
  /**
   * Ids to text; special tokens come out as they are written.
   * @throws RangeError if an id stands for no token
   */
  decode(ids: Iterable<number>): string;
  /** The id of a token as `tokenOf` writes it, or undefined if it is no token. */
  idOf(token: string): number | undefined;
  /**
   * A token's own text. Bytes that are no text alone are written `<0xE2>`; control characters stay as they are.
   * @throws RangeError if the id stands for no token
   */
  tokenOf(id: number): string;
  /** Everything needed to build this tokenizer again with `tokenizerFromJSON`. */
  toJSON(): TokenizerJSON;
};

/**
 * Ids and where they came from: token i came from `text.slice(starts[i], ends[i])`, in UTF-16 units of the original text.
 *
 * A token spans every character that gave it anything. So characters are never cut: a token that holds one of the four
 * bytes of '😀' spans the whole of it, as do the tokens of its other bytes. A token that came from nothing in the text
 * (one that a post-processor adds, such as `[CLS]`) has the empty span 0, 0. Starts never fall from one token of the
 * text to the next, nor do ends; together the spans of a lossless kind cover the text.
 */
export type Encoding = { readonly ids: Int32Array; readonly starts: Int32Array; readonly ends: Int32Array };

/**
 * What to do with special tokens written in the text, as in OpenAI's tiktoken: an allowed one becomes its id, one that
 * is disallowed is an error, and any other is ordinary text. Kinds without special tokens ignore these options.
 */
export type EncodeOptions = {
  /** Default `[]`: none. */
  readonly allowedSpecial?: 'all' | readonly string[];
  /** Default `'all'`: every one that is not allowed. `[]` makes ordinary text of them. */
  readonly disallowedSpecial?: 'all' | readonly string[];
};

/** How the words tokenizer cuts text. */
export type WordSplit = 'whitespace' | 'punctuation';

/** OpenAI's encodings that `encoding` can load. */
export type EncodingName = 'gpt2' | 'cl100k_base' | 'o200k_base';

/** Plain JSON; a token's place in `vocabulary` is its id. */
export type TokenizerJSON =
  | { readonly kind: 'characters'; readonly vocabulary: readonly string[] }
  | {
      readonly kind: 'words';
      readonly split: WordSplit;
      readonly vocabulary: readonly string[];
      readonly specials: readonly string[];
      readonly unknown?: string;
    }
  | { readonly kind: 'bytes' }
  | { readonly kind: EncodingName }
  | {
      readonly kind: 'added tokens';
      readonly tokenizer: TokenizerJSON;
      readonly tokens: readonly string[];
      readonly special: boolean;
    }
  | TokenizerFileJSON;

/** What a file tokenizer.json holds: the parts of a pipeline in Hugging Face's own form. */
export type TokenizerFileJSON = {
  readonly version: string;
  readonly model: Readonly<Record<string, unknown>>;
  readonly [part: string]: unknown;
};
