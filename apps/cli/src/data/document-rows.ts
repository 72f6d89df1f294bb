// Documents as rows of their own, padded: nothing is seen across their borders.
import type { Dataset, Example } from '@hornbook/datasets';

/** What cross-entropy and evaluation pass over. */
const ignored = -100;

/**
 * Each document as a row that begins with the boundary and whose target ends with it; makemore's rows. "ab" in a context
 * of 4, with . as boundary: `.ab.` → `ab.` and one place that does not count. A longer one goes on in further rows.
 */
export function documentRows(
  documents: readonly Int32Array[],
  { contextLength, boundary }: { readonly contextLength: number; readonly boundary: number },
): Dataset {
  const pieces = documents.flatMap((ids) => {
    const whole = Int32Array.of(boundary, ...ids, boundary);
    const count = Math.ceil((whole.length - 1) / contextLength);
    return Array.from({ length: count }, (_, i) => whole.subarray(i * contextLength, (i + 1) * contextLength + 1));
  });
  return {
    length: pieces.length,
    at(index): Example {
      const piece = pieces[index];
      const input = new Int32Array(contextLength).fill(boundary);
      const target = new Int32Array(contextLength).fill(ignored);
      input.set(piece.subarray(0, -1));
      target.set(piece.subarray(1));
      return { input, target };
    },
  };
}
