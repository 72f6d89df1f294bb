// Documents as ids: a list of them, or a dataset that gives them by number; and all of them as one stream.
import type { Dataset } from './dataset.ts';

/** The ids of each document. */
export type IdDocuments = Dataset<Int32Array> | readonly Int32Array[];

/** The ids of one document of those. */
export function idsAt(documents: IdDocuments, index: number): Int32Array {
  return documents.at(index) as Int32Array; // a list's `at` gives undefined only where there is no document
}

/** @throws RangeError if there are none */
export function expectDocuments({ length }: { readonly length: number }): void {
  if (length === 0) throw new RangeError('Expected at least 1 document, got 0: is the file empty?');
}

/**
 * One stream for windows that may cross from one document to the next: a boundary before, between and after them.
 * `[[1, 2], [3]]`, boundary 0 → `0 1 2 0 3 0`
 */
export function joinDocuments(documents: IdDocuments, boundary: number): Int32Array {
  let length = 1;
  for (let i = 0; i < documents.length; i++) length += idsAt(documents, i).length + 1;
  const ids = new Int32Array(length).fill(boundary);
  let position = 1;
  for (let i = 0; i < documents.length; i++) {
    const document = idsAt(documents, i);
    ids.set(document, position);
    position += document.length + 1;
  }
  return ids;
}

/**
 * Adds the number of each place's document to examples of a stream that `joinDocuments` made, so that attention can be
 * kept within documents: how many boundaries stand at the place or before it in its row.
 * With boundary 0, the input `5 0 7 8 0` has the documents `0 1 1 1 2`. For `map`: `map(windows(ids, …), markDocuments(0))`.
 */
export function markDocuments(
  boundary: number,
): <E extends { readonly input: Int32Array }>(example: E) => E & { readonly documents: Int32Array } {
  return (example) => {
    let count = 0;
    return { ...example, documents: example.input.map((id) => (id === boundary ? ++count : count)) };
  };
}
