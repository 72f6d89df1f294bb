// Where two tokenizers cut the same text at different places.
import type { Encoding } from '@hornbook/tokenizers';

/** A stretch from one place where both cut to the next, and what is between: `low`, `er` and `lower`. */
export type Difference = {
  /** Where it begins, in UTF-16 units. */
  readonly index: number;
  readonly a: readonly string[];
  readonly b: readonly string[];
};

/** Counts the stretches that differ, and shows the first of them. Cuts are where tokens end. */
export function differences(
  text: string,
  encodings: { readonly a: Encoding; readonly b: Encoding },
  limit: number,
): { readonly total: number; readonly first: readonly Difference[] } {
  const a = inText(encodings.a);
  const b = inText(encodings.b);
  const first: Difference[] = [];
  let total = 0;
  let i = 0; // tokens before the next place where both cut
  let j = 0;
  let cut = 0;
  while (i < a.length || j < b.length) {
    const [fromI, fromJ] = [i, j];
    const from = cut;
    let steps = 0;
    let endA = from;
    let endB = from;
    do {
      // A list that is over cuts once more, at the end of the text.
      if (endA <= endB) [endA, i] = nextCut(a, i, text.length);
      else [endB, j] = nextCut(b, j, text.length);
      steps++;
    } while (endA !== endB);
    cut = endA;
    if (steps === 2 && i - fromI === j - fromJ) continue;
    total++;
    if (first.length < limit) {
      first.push({ index: from, a: slices(text, a, fromI, i), b: slices(text, b, fromJ, j) });
    }
  }
  return { total, first };
}

type Span = { readonly start: number; readonly end: number };

/** Without the tokens that came from nothing in the text. */
function inText({ starts, ends }: Encoding): Span[] {
  return Array.from(starts, (start, i) => ({ start, end: ends[i] })).filter(({ start, end }) => start < end);
}

/** The end of the next token, and the place after it and those that end with it: the bytes of one character. */
function nextCut(spans: readonly Span[], index: number, length: number): [end: number, index: number] {
  if (index === spans.length) return [length, index];
  const { end } = spans[index];
  let after = index + 1;
  while (after < spans.length && spans[after].end === end) after++;
  return [end, after];
}

function slices(text: string, spans: readonly Span[], from: number, to: number): string[] {
  return spans.slice(from, to).map(({ start, end }) => text.slice(start, end));
}
