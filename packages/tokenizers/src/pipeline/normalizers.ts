// Normalizers: what happens to text before it is cut. Each keeps track of where its characters came from.
import { isAscii } from './byte-glyphs.ts';
import type { Normalizer } from './components.ts';
import { type Edit, editText, mapCharacters, type NormalizedText } from './normalized-text.ts';
import { compilePattern, type Pattern } from './patterns.ts';
import { unicodeForm } from './unicode-form.ts';

export { precompiled } from './precompiled.ts';

/** One after another. */
export function sequence(normalizers: readonly Normalizer[]): Normalizer {
  return {
    normalize: (text) => normalizers.reduce((changed, normalizer) => normalizer.normalize(changed), text),
    toJSON: () => ({ type: 'Sequence', normalizers: normalizers.map((normalizer) => normalizer.toJSON()) }),
  };
}

/** Unicode's canonical composition: e + U+0301 → é. */
export const nfc = (): Normalizer => unicode('NFC');
/** Unicode's canonical decomposition: é → e + U+0301. */
export const nfd = (): Normalizer => unicode('NFD');
/** Unicode's compatibility composition: ﬁ → fi, Ａ → A. */
export const nfkc = (): Normalizer => unicode('NFKC');
/** Unicode's compatibility decomposition. */
export const nfkd = (): Normalizer => unicode('NFKD');

function unicode(form: 'NFC' | 'NFD' | 'NFKC' | 'NFKD'): Normalizer {
  return { normalize: (text) => unicodeForm(text, form), toJSON: () => ({ type: form }) };
}

/** Character by character: Σ is always σ, at the end of a word too. */
export function lowercase(): Normalizer {
  return { normalize: lower, toJSON: () => ({ type: 'Lowercase' }) };
}

/** Removes what Unicode calls marks, so put `nfd` before it: é is one character, and no mark. */
export function stripAccents(): Normalizer {
  return { normalize: (text) => remove(text, /\p{M}/gu), toJSON: () => ({ type: 'StripAccents' }) };
}

export type BertOptions = {
  /** Removes control characters and makes a space of every whitespace character. */
  readonly cleanText?: boolean;
  /** Puts spaces around Chinese characters. */
  readonly handleChineseChars?: boolean;
  /** Removes accents; by default as `lowercase`. */
  readonly stripAccents?: boolean | null;
  readonly lowercase?: boolean;
};

/** BERT's: clean, set Chinese characters apart, strip accents, lowercase. */
export function bertNormalizer(options: BertOptions = {}): Normalizer {
  const { cleanText = true, handleChineseChars = true, lowercase = true } = options;
  const accents = options.stripAccents ?? null;
  return {
    normalize(text) {
      let changed = text;
      if (cleanText) changed = replaceMatches(remove(changed, unwanted()), /[^\S ]/gu, ' ');
      if (handleChineseChars) changed = replaceMatches(changed, chinese(), (character) => ` ${character} `);
      if (accents ?? lowercase) changed = remove(unicodeForm(changed, 'NFD'), /\p{Mn}/gu);
      return lowercase ? lower(changed) : changed;
    },
    toJSON: () => ({
      type: 'BertNormalizer',
      clean_text: cleanText,
      handle_chinese_chars: handleChineseChars,
      strip_accents: accents,
      lowercase,
    }),
  };
}

/**
 * Puts `content` in the place of every match, as it is: `replace({ String: ' ' }, '▁')`.
 *
 * @throws RangeError if the pattern cannot be translated (see translateRegex)
 */
export function replace(pattern: Pattern, content: string): Normalizer {
  const regex = compilePattern(pattern);
  return {
    normalize: (text) => replaceMatches(text, regex, content),
    toJSON: () => ({ type: 'Replace', pattern, content }),
  };
}

/** Puts text before the text, if there is any. */
export function prepend(start: string): Normalizer {
  return {
    normalize: (text) => (text.text === '' ? text : editText(text, [{ start: 0, end: 0, by: start }])),
    toJSON: () => ({ type: 'Prepend', prepend: start }),
  };
}

/** Removes whitespace at the start and at the end. */
export function strip({ left = true, right = true } = {}): Normalizer {
  return {
    normalize(source) {
      const { text } = source;
      let end = text.length;
      let start = 0;
      if (left) start = /^\p{White_Space}*/u.exec(text)?.[0].length ?? 0;
      if (right) while (end > start && isWhitespace(text[end - 1])) end--;
      const edits = [
        { start: 0, end: start, by: '' },
        { start: end, end: text.length, by: '' },
      ];
      return editText(
        source,
        edits.filter((edit) => edit.end > edit.start),
      );
    },
    toJSON: () => ({ type: 'Strip', strip_left: left, strip_right: right }),
  };
}

function lower(source: NormalizedText): NormalizedText {
  const plain = source.text.toLowerCase();
  if (plain === source.text) return source;
  if (!source.origin && isAscii(source.text)) return { ...source, text: plain };
  return mapCharacters(source, (character) => character.toLowerCase());
}

function remove(source: NormalizedText, pattern: RegExp): NormalizedText {
  return replaceMatches(source, pattern, '');
}

function replaceMatches(
  source: NormalizedText,
  pattern: RegExp,
  by: string | ((match: string) => string),
): NormalizedText {
  const edits: Edit[] = [];
  for (const { 0: match, index } of source.text.matchAll(pattern)) {
    edits.push({ start: index, end: index + match.length, by: typeof by === 'string' ? by : by(match) });
  }
  return editText(source, edits);
}

const isWhitespace = (character: string) => /\p{White_Space}/u.test(character);

// Control and format characters, private use, and U+FFFD; tab, line feed and carriage return become spaces instead.
const unwanted = () => /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\ufffd]/gu;

// The blocks of Hugging Face's BertNormalizer, where the sixth begins at 2B920 and not, as BERT's own, at 2B820.
const chinese = () =>
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;
