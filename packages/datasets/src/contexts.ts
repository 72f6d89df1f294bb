// Padded contexts over separate documents: for every token, the few before it in the same document.
import { type Dataset, expectIndex } from './dataset.ts';
import { expectPositiveWhole } from './positive-whole.ts';

/** A context [contextLength] and the id that follows it. The input is a view: copy before you change it. */
export type Context = { readonly input: Int32Array; readonly target: number };

/**
 * One example for each token of each document, and one more for its end, which is the `boundary` id; the same id pads
 * the contexts at the start. "ab" with context 3 and "." as boundary: `... → a`, `..a → b`, `.ab → .`
 * The examples of makemore's MLP (Karpathy, after Bengio et al., 2003), in its order.
 *
 * @throws RangeError if there are no documents, contextLength is not a whole number of 1 or more, or boundary is no id
 */
export function contexts(
  documents: readonly Int32Array[],
  { contextLength, boundary = 0 }: { readonly contextLength: number; readonly boundary?: number },
): Dataset<Context> {
  expectPositiveWhole('contextLength', contextLength);
  if (!Number.isInteger(boundary) || boundary < 0) {
    throw new RangeError(`Expected boundary to be a token id of 0 or more, got ${boundary}`);
  }
  if (documents.length === 0) throw new RangeError('Expected at least 1 document, got 0: is the file empty?');

  // Each document padded on both sides in one array, so that every context is a view of it.
  const length = documents.reduce((sum, document) => sum + document.length + 1, 0);
  const padded = new Int32Array(length + documents.length * contextLength).fill(boundary);
  const starts = new Int32Array(length); // of each example's context in `padded`
  let example = 0;
  let position = 0;
  for (const document of documents) {
    padded.set(document, position + contextLength);
    for (let i = 0; i <= document.length; i++) starts[example++] = position + i;
    position += contextLength + document.length + 1;
  }
  return {
    length,
    at(index) {
      expectIndex(index, length);
      const start = starts[index];
      const end = start + contextLength;
      return { input: padded.subarray(start, end), target: padded[end] };
    },
  };
}
