// Post-processors: tokens put around a text's own ([CLS] … [SEP]), and whitespace that offsets leave out.
import type { PartJSON, PostProcessor } from './components.ts';

/** One after another: the tokens of a later one stand outside of an earlier one's. */
export function sequence(processors: readonly PostProcessor[]): PostProcessor {
  return {
    before: processors.toReversed().flatMap(({ before }) => before),
    after: processors.flatMap(({ after }) => after),
    trim: processors.findLast(({ trim }) => trim)?.trim,
    toJSON: () => ({ type: 'Sequence', processors: processors.map((processor) => processor.toJSON()) }),
  };
}

export type ByteLevelOptions = {
  /** Whether the pre-tokenizer puts a space before the text, which then is not trimmed. */
  readonly addPrefixSpace?: boolean;
  /** Leaves whitespace at either end of a token out of its place. */
  readonly trimOffsets?: boolean;
  /** Kept for the file: it has no effect here. */
  readonly useRegex?: boolean;
};

/** For byte-level tokens: ' tea' at 3 to 7 came from 4 to 7 if offsets are trimmed. */
export function byteLevel(options: ByteLevelOptions = {}): PostProcessor {
  const { addPrefixSpace = true, trimOffsets = true, useRegex = true } = options;
  return {
    before: [],
    after: [],
    trim: trimOffsets ? { addPrefixSpace } : undefined,
    toJSON: () => ({
      type: 'ByteLevel',
      add_prefix_space: addPrefixSpace,
      trim_offsets: trimOffsets,
      use_regex: useRegex,
    }),
  };
}

/** A place in a template: a special token, or the text. */
export type TemplatePiece =
  | { readonly SpecialToken: { readonly id: string; readonly type_id: number } }
  | { readonly Sequence: { readonly id: 'A' | 'B'; readonly type_id: number } };

export type TemplateToken = {
  readonly id: string;
  readonly ids: readonly number[];
  readonly tokens: readonly string[];
};

export type Template = {
  /** What one text becomes: it must hold the sequence A once. */
  readonly single: readonly TemplatePiece[];
  /** What two texts become. Kept for the file: pairs are not encoded here. */
  readonly pair: readonly TemplatePiece[];
  readonly specialTokens: Readonly<Record<string, TemplateToken>>;
};

/** @throws RangeError if the template lacks the text, has it twice, or names a token that it does not define */
export function template({ single, pair, specialTokens }: Template): PostProcessor {
  const places = single.flatMap((piece, i) => ('Sequence' in piece ? [i] : []));
  const [place] = places;
  const text = single[place];
  if (places.length !== 1 || !('Sequence' in text) || text.Sequence.id !== 'A') {
    throw new RangeError('Expected a template of one text to have the sequence A once, and no other');
  }
  for (const piece of pair) if ('SpecialToken' in piece) idsOf(piece, specialTokens);
  return {
    before: single.slice(0, place).flatMap((piece) => idsOf(piece, specialTokens)),
    after: single.slice(place + 1).flatMap((piece) => idsOf(piece, specialTokens)),
    toJSON: () => ({ type: 'TemplateProcessing', single, pair, special_tokens: specialTokens }),
  };
}

function idsOf(piece: TemplatePiece, tokens: Template['specialTokens']): readonly number[] {
  if ('Sequence' in piece) return [];
  const { id } = piece.SpecialToken;
  if (!Object.hasOwn(tokens, id)) {
    throw new RangeError(`Expected ${JSON.stringify(id)} among the template's special tokens, got none of that name`);
  }
  return tokens[id].ids;
}

/** BERT's: `[CLS] text [SEP]`. */
export function bert(sep: readonly [string, number], cls: readonly [string, number]): PostProcessor {
  return around(sep, cls, { type: 'BertProcessing', sep, cls });
}

export type RobertaOptions = {
  readonly sep: readonly [string, number];
  readonly cls: readonly [string, number];
  readonly trimOffsets?: boolean;
  readonly addPrefixSpace?: boolean;
};

/** RoBERTa's: `<s> text </s>`, and offsets trimmed as byteLevel trims them. */
export function roberta({ sep, cls, trimOffsets = true, addPrefixSpace = true }: RobertaOptions): PostProcessor {
  const json = { type: 'RobertaProcessing', sep, cls, trim_offsets: trimOffsets, add_prefix_space: addPrefixSpace };
  return { ...around(sep, cls, json), trim: trimOffsets ? { addPrefixSpace } : undefined };
}

function around(sep: readonly [string, number], cls: readonly [string, number], json: PartJSON): PostProcessor {
  return { before: [cls[1]], after: [sep[1]], toJSON: () => json };
}
