// What a page says that a program prints, compared with what it prints.
import { expect } from 'vitest';

/**
 * Line for line; a line may end in … for what varies. Blanks at the ends of lines and decimals from the sixth significant
 * digit on may differ, because engines round each in its own way. Whole numbers may not: an id is right or wrong.
 */
export function expectPrinted(actual: string, expected: string): void {
  const lines = canonical(actual).split('\n');
  const shown = canonical(expected).split('\n');
  // A line that matches stands for itself, so that a failure shows the whole of both, side by side.
  expect(lines).toEqual(shown.map((line, i) => (matches(lines[i] ?? '', line) ? lines[i] : line)));
}

/** The lines of `expected` are printed, in this order, others between them; a line may end in … for what varies. */
export function expectPrintedInOrder(actual: string, expected: string): void {
  const lines = canonical(actual).split('\n');
  let from = 0;
  for (const line of canonical(expected).split('\n')) {
    const at = lines.findIndex((each, i) => i >= from && matches(each, line));
    if (at < 0) expect(lines.slice(from).join('\n'), 'what is left of the output').toContain(line);
    from = at + 1;
  }
}

function matches(line: string, expected: string): boolean {
  return expected.endsWith('…') ? line.startsWith(expected.slice(0, -1)) : line === expected;
}

/** Decimals to five significant digits, and −0 as 0; the columns that an array is printed in become single blanks. */
function canonical(text: string): string {
  return text
    .trim()
    .replaceAll(/-?\d+\.\d+(e[+-]?\d+)?/g, (number) => String(Number(Number(number).toPrecision(5)) || 0))
    .replaceAll(/[ \t]+/g, ' ')
    .replaceAll(/ ?\n ?/g, '\n');
}
