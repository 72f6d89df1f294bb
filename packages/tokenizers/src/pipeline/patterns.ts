// Patterns of tokenizer.json: plain strings or regular expressions, and the stretches of text that they cut.
import { literal, translateRegex } from './oniguruma.ts';

/** As tokenizer.json writes one. */
export type Pattern = { readonly String: string } | { readonly Regex: string };

/**
 * A RegExp with the flags g and u that finds what the pattern finds.
 *
 * @throws RangeError if it is empty, or a regular expression that is not translated (see translateRegex)
 */
export function compilePattern(pattern: Pattern): RegExp {
  if ('Regex' in pattern) return translateRegex(pattern.Regex);
  if (pattern.String === '') throw new RangeError('Expected a pattern of at least one character, got an empty string');
  return new RegExp(Array.from(pattern.String, literal).join(''), 'gu');
}

/**
 * Visits every stretch of the text, in order: 'a b' at /\s/ → 'a', ' ' (matched), 'b'. `regex` never matches
 * without a character; it has the flags g and u, `sticky` is the same with y and u: most patterns match again where the last
 * match ended, and to ask for just that needs no match array.
 */
export function eachStretch(
  text: string,
  { regex, sticky }: { readonly regex: RegExp; readonly sticky: RegExp },
  visit: (start: number, end: number, matched: boolean) => void,
): void {
  let done = 0;
  while (done < text.length) {
    sticky.lastIndex = done;
    if (sticky.test(text)) {
      visit(done, sticky.lastIndex, true);
      done = sticky.lastIndex;
      continue;
    }
    regex.lastIndex = done;
    const match = regex.exec(text);
    const start = match?.index ?? text.length;
    if (start > done) visit(done, start, false);
    done = start;
    if (!match) continue;
    done += match[0].length;
    visit(start, done, true);
  }
}
