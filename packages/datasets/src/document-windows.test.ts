// Windows within documents are those of each document by itself, and the documents without any are counted.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { documentWindows } from './document-windows.ts';
import { windows } from './windows.ts';

const row = (...ids: number[]) => Int32Array.from(ids);
const documentsOf = (...lengths: number[]) =>
  lengths.map((length, k) => Int32Array.from({ length }, (_, i) => 100 * k + i));

describe('documentWindows', () => {
  test('none crosses from one document to the next', () => {
    const data = documentWindows([row(1, 2, 3, 4, 5), row(6, 7), row(8, 9, 10)], { contextLength: 2 });
    expect(Array.from({ length: data.length }, (_, i) => data.at(i))).toEqual([
      { input: row(1, 2), target: row(2, 3) },
      { input: row(3, 4), target: row(4, 5) },
      { input: row(8, 9), target: row(9, 10) },
    ]);
    expect(data.skipped).toBe(1);
  });

  test('all windows of every document, in order', () => {
    const lengths = fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 8 });
    const count = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(lengths, count, count, (lengths, contextLength, stride) => {
        fc.pre(lengths.some((length) => length > contextLength));
        const documents = documentsOf(...lengths);
        const long = documents.filter(({ length }) => length > contextLength);
        const expected = long.flatMap((document) => {
          const data = windows(document, { contextLength, stride });
          return Array.from({ length: data.length }, (_, i) => data.at(i));
        });
        const data = documentWindows(documents, { contextLength, stride });
        expect(Array.from({ length: data.length }, (_, i) => data.at(i))).toEqual(expected);
        expect(data.skipped).toBe(documents.length - long.length);
      }),
    );
  });

  test('documents that are all too short, and other bad input', () => {
    expect(() => documentWindows(documentsOf(3, 8, 0), { contextLength: 8 })).toThrow(
      new RangeError(
        'Expected a document of at least 9 ids, got 8 in the longest: take a smaller contextLength, or join the documents',
      ),
    );
    expect(() => documentWindows([], { contextLength: 2 })).toThrow('Expected at least 1 document, got 0');
    expect(() => documentWindows(documentsOf(3), { contextLength: 0 })).toThrow(
      'Expected contextLength to be a whole number of 1 or more, got 0',
    );
    expect(() => documentWindows(documentsOf(3), { contextLength: 2 }).at(1)).toThrow(
      'Expected an index from 0 to 0, got 1',
    );
  });
});
