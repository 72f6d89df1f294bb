// Next-token windows that stay within documents.
import { type Dataset, expectIndex } from './dataset.ts';
import { expectDocuments, type IdDocuments, idsAt } from './documents-of-ids.ts';
import { expectPositiveWhole } from './positive-whole.ts';
import type { Window } from './windows.ts';

/** Windows, and what gave none. */
export type DocumentWindows = Dataset<Window> & {
  /** How many documents are too short for a window: they have no more ids than the context. */
  readonly skipped: number;
};

/**
 * The windows of each document by itself, as `windows` cuts them. For windows that cross from one document to the next:
 * `windows(joinDocuments(documents, boundary), …)`. Every document's length is looked at once, at the start.
 *
 * @throws RangeError if every document is too short, or a count is not a whole number of 1 or more
 */
export function documentWindows(
  documents: IdDocuments,
  { contextLength, stride = contextLength }: { readonly contextLength: number; readonly stride?: number },
): DocumentWindows {
  expectPositiveWhole('contextLength', contextLength);
  expectPositiveWhole('stride', stride);
  expectDocuments(documents);
  const first = new Float64Array(documents.length); // of each document's windows, its number
  let length = 0;
  let skipped = 0;
  let longest = 0;
  for (let i = 0; i < documents.length; i++) {
    first[i] = length;
    const size = idsAt(documents, i).length;
    if (size <= contextLength) skipped++;
    else length += Math.ceil((size - contextLength) / stride);
    longest = Math.max(longest, size);
  }
  if (length === 0) {
    throw new RangeError(
      `Expected a document of at least ${contextLength + 1} ids, got ${longest} in the longest: ` +
        'take a smaller contextLength, or join the documents',
    );
  }
  return {
    length,
    skipped,
    at(index) {
      expectIndex(index, length);
      const document = lastAtMost(first, index);
      const start = (index - first[document]) * stride;
      const stretch = idsAt(documents, document).subarray(start, start + contextLength + 1);
      return { input: stretch.subarray(0, contextLength), target: stretch.subarray(1) };
    },
  };
}

/** The last place of a sorted list whose value is not above `value`. `[0, 2, 2, 5]`, 3 → 2 */
export function lastAtMost(sorted: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (sorted[middle] <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
