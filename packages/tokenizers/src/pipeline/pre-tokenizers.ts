// Pre-tokenizers: where text is cut before the model sees it, and how the pieces are written.
import { byteGlyphs, isAscii, toGlyphs } from './byte-glyphs.ts';
import type { PreTokenizer, Stage } from './components.ts';
import { editText, mapCharacters, type NormalizedText, sliceText } from './normalized-text.ts';
import { compilePattern, eachStretch, type Pattern } from './patterns.ts';

/** What becomes of a match that text is cut at: 'a-b' at '-' gives the pieces in the comments. */
export type SplitBehavior =
  | 'Removed' // a b
  | 'Isolated' // a - b
  | 'MergedWithPrevious' // a- b
  | 'MergedWithNext' // a -b
  | 'Contiguous'; // as Isolated, but matches side by side are one piece

export const splitBehaviors = [
  'Removed',
  'Isolated',
  'MergedWithPrevious',
  'MergedWithNext',
  'Contiguous',
] as const satisfies readonly SplitBehavior[];

/** One after another: each cuts the pieces of the one before it. */
export function sequence(preTokenizers: readonly PreTokenizer[]): PreTokenizer {
  return {
    stages: preTokenizers.flatMap(({ stages }) => stages),
    exact: preTokenizers.every(({ exact }) => exact),
    glyphs: preTokenizers.at(-1)?.glyphs ?? false,
    toJSON: () => ({ type: 'Sequence', pretokenizers: preTokenizers.map((one) => one.toJSON()) }),
  };
}

export type ByteLevelOptions = {
  /** Puts a space before a piece that has none. */
  readonly addPrefixSpace?: boolean;
  /** Cuts by GPT-2's pattern; without it only bytes become glyphs, of pieces that something else has cut. */
  readonly useRegex?: boolean;
  /** Kept for the file: only the post-processor of this name trims. */
  readonly trimOffsets?: boolean;
};

/** GPT-2's: cut by its pattern, then every byte of UTF-8 becomes a printable glyph: ' é' → 'ĠÃ©'. */
export function byteLevel(options: ByteLevelOptions = {}): PreTokenizer {
  const { addPrefixSpace = true, useRegex = true, trimOffsets = true } = options;
  const glyphs = byteGlyphs();
  const prefix: Stage = (piece) => [
    piece.text === '' || piece.text.startsWith(' ') ? piece : editText(piece, [{ start: 0, end: 0, by: ' ' }]),
  ];
  const stages: Stage[] = [];
  if (addPrefixSpace) stages.push(prefix);
  if (useRegex) stages.push(cutStage(gpt2Pattern(), 'Isolated'));
  stages.push((piece) => [withGlyphs(piece, glyphs)]);
  return {
    stages,
    exact: !addPrefixSpace,
    glyphs: true,
    toJSON: () => ({
      type: 'ByteLevel',
      add_prefix_space: addPrefixSpace,
      trim_offsets: trimOffsets,
      use_regex: useRegex,
    }),
  };
}

const gpt2Pattern = () =>
  /'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

function withGlyphs(piece: NormalizedText, glyphs: readonly string[]): NormalizedText {
  const { text, first, origin } = piece;
  if (!origin || isAscii(text)) return { text: toGlyphs(text, glyphs), first, origin };
  return mapCharacters(piece, (character) => toGlyphs(character, glyphs));
}

/**
 * Cuts at a pattern: `split({ Regex: '\\d' }, 'Isolated')`. With `invert`, what lies between matches is the match.
 *
 * @throws RangeError if the pattern cannot be translated (see translateRegex)
 */
export function split(pattern: Pattern, behavior: SplitBehavior, invert = false): PreTokenizer {
  return cutter(compilePattern(pattern), behavior, { type: 'Split', pattern, behavior, invert }, invert);
}

/** Words and runs of other characters, without whitespace: "can't stop" → can ' t stop. */
export function whitespace(): PreTokenizer {
  const word = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}';
  const regex = new RegExp(`[${word}]+|[^${word}\\p{White_Space}]+`, 'gu');
  return cutter(regex, 'Removed', { type: 'Whitespace' }, true);
}

/** What lies between whitespace: "can't stop" → can't stop. */
export function whitespaceSplit(): PreTokenizer {
  return cutter(/\p{White_Space}/gu, 'Removed', { type: 'WhitespaceSplit' });
}

/** BERT's: without whitespace, every punctuation mark apart. */
export function bert(): PreTokenizer {
  return {
    stages: [cutStage(/\p{White_Space}/gu, 'Removed'), cutStage(anyPunctuation(), 'Isolated')],
    exact: false,
    glyphs: false,
    toJSON: () => ({ type: 'BertPreTokenizer' }),
  };
}

/** Cuts at punctuation: Unicode's, and ASCII's symbols. */
export function punctuation(behavior: SplitBehavior = 'Isolated'): PreTokenizer {
  return cutter(anyPunctuation(), behavior, { type: 'Punctuation', behavior });
}

const anyPunctuation = () => /[\p{P}!-/:-@[-`{-~]/gu;

/** Cuts numbers off; with `individual`, every digit. */
export function digits({ individual = false } = {}): PreTokenizer {
  const behavior = individual ? 'Isolated' : 'Contiguous';
  return cutter(/\p{N}/gu, behavior, { type: 'Digits', individual_digits: individual });
}

export type MetaspaceOptions = {
  readonly replacement?: string;
  /** Where `replacement` is put before a piece that does not begin with it: at each, at the text's first, or nowhere. */
  readonly prependScheme?: PrependScheme;
  /** Whether to cut before every replacement. */
  readonly split?: boolean;
};

export type PrependScheme = 'always' | 'first' | 'never';

export const prependSchemes = ['always', 'first', 'never'] as const satisfies readonly PrependScheme[];

/** SentencePiece's: spaces become ▁, which begins words: 'my tea' → ▁my ▁tea. */
export function metaspace(options: MetaspaceOptions = {}): PreTokenizer {
  const { replacement = '▁', prependScheme = 'always', split = true } = options;
  if ([...replacement].length !== 1) {
    throw new RangeError(`Expected a replacement of one character, got ${JSON.stringify(replacement)}`);
  }
  const write: Stage = (piece) => {
    const written = piece.origin
      ? mapCharacters(piece, (character) => (character === ' ' ? replacement : character))
      : { ...piece, text: piece.text.replaceAll(' ', replacement) };
    const prepends = prependScheme === 'always' || (prependScheme === 'first' && piece.first);
    if (!prepends || written.text === '' || written.text.startsWith(replacement)) return [written];
    return [editText(written, [{ start: 0, end: 0, by: replacement }])];
  };
  const cut = cutStage(compilePattern({ String: replacement }), 'MergedWithNext');
  return {
    stages: split ? [write, cut] : [write],
    exact: false,
    glyphs: false,
    toJSON: () => ({ type: 'Metaspace', replacement, prepend_scheme: prependScheme, split }),
  };
}

function cutter(
  regex: RegExp,
  behavior: SplitBehavior,
  json: ReturnType<PreTokenizer['toJSON']>,
  invert = false,
): PreTokenizer {
  const stages = [cutStage(regex, behavior, invert)];
  return { stages, exact: behavior !== 'Removed', glyphs: false, toJSON: () => json };
}

function cutStage(regex: RegExp, behavior: SplitBehavior, invert = false): Stage {
  const finders = { regex, sticky: new RegExp(regex.source, 'yu') };
  return (piece) => {
    const pieces: NormalizedText[] = [];
    let last: Stretch | undefined; // not cut off yet: what comes next may belong to it
    eachStretch(piece.text, finders, (start, end, found) => {
      const matched = found !== invert;
      if (behavior === 'Removed' && matched) return;
      if (last && joins(behavior, last.matched, matched)) {
        last = { start: last.start, end, matched };
        return;
      }
      if (last) pieces.push(sliceText(piece, last.start, last.end));
      last = { start, end, matched };
    });
    if (last) pieces.push(sliceText(piece, last.start, last.end));
    return pieces;
  };
}

type Stretch = { readonly start: number; readonly end: number; readonly matched: boolean };

function joins(behavior: SplitBehavior, previous: boolean, matched: boolean): boolean {
  if (behavior === 'Contiguous') return previous === matched;
  if (behavior === 'MergedWithPrevious') return matched && !previous;
  return behavior === 'MergedWithNext' && previous && !matched;
}
