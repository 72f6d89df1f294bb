// Patterns that cut text into pieces before byte pairs are joined: those of OpenAI's encodings, or one's own.
import { refuseEndlessBacktracking } from './regexps/screen.ts';

// tiktoken's patterns as its own engine reads them. Where they ignore case, all cases are written out (ſ is an s), as not
// every engine here knows (?i:…). Their \s is White_Space; JavaScript's has U+FEFF besides, and lacks U+0085.
const space = '\\p{White_Space}';
const nonSpace = '\\P{White_Space}';
const contraction = "'(?:[sdmtSDMTſ]|[lL][lL]|[vV][eE]|[rR][eE])";
const upper = '\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}';
const lower = '\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}';

/** Each matches everywhere, so that its pieces together are the text. */
export const splitPatterns = {
  gpt2: `'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^${space}\\p{L}\\p{N}]+|${space}+(?!${nonSpace})|${space}+`,
  cl100k_base: `${contraction}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^${space}\\p{L}\\p{N}]+[\\r\\n]*|${space}*[\\r\\n]+|${space}+(?!${nonSpace})|${space}+`,
  o200k_base: `[^\\r\\n\\p{L}\\p{N}]?[${upper}]*[${lower}]+(?:${contraction})?|[^\\r\\n\\p{L}\\p{N}]?[${upper}]+[${lower}]*(?:${contraction})?|\\p{N}{1,3}| ?[^${space}\\p{L}\\p{N}]+[\\r\\n/]*|${space}*[\\r\\n]+|${space}+(?!${nonSpace})|${space}+`,
} as const;

/** The name of a published pattern, or one's own with the flag u or v. What it does not match is a piece too. */
export type SplitPattern = keyof typeof splitPatterns | RegExp;

/**
 * @throws RangeError if there is no pattern of that name, or one of one's own could cut a character in two, or try for
 * longer on some text than anyone can wait
 */
export function splitPattern(pattern: SplitPattern): RegExp {
  const regex = compiled(pattern);
  if (pattern instanceof RegExp) refuseEndlessBacktracking(pattern);
  return regex;
}

/** One of the published patterns, without what it takes to check others. */
export function publishedPattern(name: keyof typeof splitPatterns): RegExp {
  return new RegExp(splitPatterns[name], 'gu');
}

function compiled(pattern: SplitPattern): RegExp {
  if (pattern instanceof RegExp) {
    if (!/[uv]/.test(pattern.flags)) {
      throw new RangeError(`Expected a pattern with the flag u or v, got ${pattern}; without it, 😀 may be cut in two`);
    }
    return new RegExp(pattern.source, `${pattern.flags.replace(/[gy]/g, '')}g`);
  }
  if (!Object.hasOwn(splitPatterns, pattern)) {
    const names = Object.keys(splitPatterns).join(', ');
    throw new RangeError(`Expected a pattern (${names}, or a RegExp), got ${pattern}`);
  }
  return publishedPattern(pattern);
}

/** The pieces of a text one after the other: matches, and what lies between them. */
export function* cutPieces(text: string, pattern: RegExp): Generator<string> {
  let end = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    if (match.index > end) yield text.slice(end, match.index);
    if (match[0] === '') {
      // An empty match cuts here; the search goes on behind the next character.
      end = match.index;
      pattern.lastIndex += (text.codePointAt(match.index) ?? 0) > 0xffff ? 2 : 1;
      continue;
    }
    yield match[0];
    end = match.index + match[0].length;
  }
  if (end < text.length) yield text.slice(end);
}

// What \s, \d and \w are in JavaScript, spelled out: in Oniguruma they are larger or smaller sets.
const spelled: Readonly<Record<string, string>> = {
  s: '\\t-\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}',
  d: '0-9',
  w: 'A-Za-z0-9_',
};

/**
 * The pattern as Oniguruma, the engine of Hugging Face's library, writes it, so that it cuts in the same places there.
 *
 * @throws RangeError if it has what would mean something else there, or other flags than g, u and y
 */
export function onigurumaSource(pattern: SplitPattern): string {
  const { source, flags } = compiled(pattern);
  const refuse = (what: string) =>
    new RangeError(`Expected a pattern that tokenizer.json can represent, got ${what} in /${source}/${flags}`);
  if (flags !== 'gu') throw refuse(`the flags ${flags.replace('g', '')}`);
  let inClass = false;
  return source.replace(/\\(?:[pP]\{[\w=]+\}|x[\da-fA-F]{2}|.)|\(\?<(?![=!])|[[\].^$]/gu, (part) => {
    if (part === '[' || part === ']') {
      inClass = part === '[';
      return part;
    }
    if (/[.^$]/.test(part) && inClass) return part;
    if (part === '\\p{White_Space}') return '\\s';
    if (part === '\\P{White_Space}') return '\\S';
    if (/^\\[^\p{L}\p{N}]$|^\\[pP]\{\w+\}$|^\\x|^\\[nrtf]$/u.test(part)) return part;
    const set = /^\\[sdw]$/i.test(part) ? spelled[part[1].toLowerCase()] : undefined;
    if (set === undefined) throw refuse(part);
    if (part[1] === part[1].toLowerCase()) return inClass ? set : `[${set}]`;
    if (inClass) throw refuse(`${part} inside a class`);
    return `[^${set}]`;
  });
}
