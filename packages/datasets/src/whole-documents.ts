// Whole documents as examples: each from its beginning to its end.
import { type Dataset, expectIndex } from './dataset.ts';
import { lastAtMost } from './document-windows.ts';
import { expectDocuments, type IdDocuments, idsAt } from './documents-of-ids.ts';
import { expectPositiveWhole } from './positive-whole.ts';
import type { Window } from './windows.ts';

export type WholeDocumentOptions = {
  /** The id that stands for a document's beginning in the input, and for its end in the target. */
  readonly boundary: number;
  /** The most places that an example may have. A document takes one more than it has ids. */
  readonly contextLength?: number;
  /** What becomes of a longer document: its end is left out, or goes on in examples of its own. Without it, an error. */
  readonly long?: 'cut' | 'split';
};

/**
 * One example for each document: `[7, 8]` with boundary 0 → input `0 7 8`, target `7 8 0`. Their lengths differ: `padded`
 * batches them, and `packed` puts several into a row.
 *
 * @throws RangeError if there are no documents, or, on loading, if one is longer than contextLength allows
 */
export function wholeDocuments(
  documents: IdDocuments,
  { boundary, contextLength, long }: WholeDocumentOptions,
): Dataset<Window> {
  expectDocuments(documents);
  if (contextLength !== undefined) expectPositiveWhole('contextLength', contextLength);
  else if (long) throw new TypeError(`Expected contextLength with long: '${long}', got none`);
  const most = contextLength ?? Number.POSITIVE_INFINITY;
  const between = (index: number): Int32Array => {
    const document = idsAt(documents, index);
    const ids = new Int32Array(document.length + 2).fill(boundary); // boundary, document, boundary
    ids.set(document, 1);
    return ids;
  };
  if (long === 'split') return splitAt(documents, most, between);
  const { length } = documents;
  return {
    length,
    at(index) {
      expectIndex(index, length);
      const ids = between(index);
      const places = ids.length - 1;
      if (places > most && !long) {
        throw new RangeError(
          `Expected documents of at most ${most - 1} ids, got ${places - 1} in number ${index}: ` +
            "take a larger contextLength, or long: 'cut' or 'split'",
        );
      }
      return exampleOf(ids, 0, Math.min(places, most));
    },
  };
}

/** Documents that go on in further examples of at most so many places. */
function splitAt(documents: IdDocuments, most: number, between: (index: number) => Int32Array): Dataset<Window> {
  const first = new Float64Array(documents.length); // of each document's examples, its number
  let length = 0;
  for (let i = 0; i < documents.length; i++) {
    first[i] = length;
    length += Math.ceil((idsAt(documents, i).length + 1) / most);
  }
  return {
    length,
    at(index) {
      expectIndex(index, length);
      const document = lastAtMost(first, index);
      const ids = between(document);
      const start = (index - first[document]) * most;
      return exampleOf(ids, start, Math.min(ids.length - 1, start + most));
    },
  };
}

function exampleOf(ids: Int32Array, start: number, end: number): Window {
  return { input: ids.subarray(start, end), target: ids.subarray(start + 1, end + 1) };
}
