// Special tokens: finding them in text before anything else cuts it.
import type { EncodeOptions } from './tokenizer.ts';

/** A stretch of the text from `index` on: one special token, or ordinary text between two of them. */
export type Span = { readonly text: string; readonly index: number; readonly special: boolean };

/**
 * Cuts text at the special tokens that are allowed, with tiktoken's rules (see EncodeOptions); where two could begin,
 * the longer wins: 'a<eos>b' → 'a', '<eos>', 'b'.
 *
 * @throws RangeError if a disallowed one stands in the text
 */
export function splitSpecials(
  text: string,
  specials: readonly string[],
  { allowedSpecial = [], disallowedSpecial = 'all' }: EncodeOptions = {},
): Span[] {
  const allowed = allowedSpecial === 'all' ? specials : specials.filter((special) => allowedSpecial.includes(special));
  const disallowed =
    disallowedSpecial === 'all' ? specials.filter((special) => !allowed.includes(special)) : disallowedSpecial;

  const refused = disallowed.length > 0 ? anyOf(disallowed).exec(text) : null;
  if (refused) {
    throw new RangeError(
      `Expected no special token in the text, got ${JSON.stringify(refused[0])} at index ${refused.index}; ` +
        'name it in allowedSpecial, or pass disallowedSpecial: [] to make ordinary text of it',
    );
  }

  const spans: Span[] = [];
  let end = 0;
  for (const match of allowed.length > 0 ? text.matchAll(anyOf(allowed)) : []) {
    if (match.index > end) spans.push({ text: text.slice(end, match.index), index: end, special: false });
    spans.push({ text: match[0], index: match.index, special: true });
    end = match.index + match[0].length;
  }
  if (end < text.length) spans.push({ text: text.slice(end), index: end, special: false });
  return spans;
}

function anyOf(tokens: readonly string[]): RegExp {
  const longestFirst = [...tokens].sort((a, b) => b.length - a.length);
  return new RegExp(longestFirst.map((token) => token.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'), 'g');
}
