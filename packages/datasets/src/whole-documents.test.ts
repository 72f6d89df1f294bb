// Whole documents go from boundary to boundary, whatever their length.
import { describe, expect, test } from 'vitest';
import type { Dataset } from './dataset.ts';
import { wholeDocuments } from './whole-documents.ts';

const row = (...ids: number[]) => Int32Array.from(ids);
const documents = [row(7, 8), row(), row(1, 2, 3, 4, 5)];
const all = <T>(data: Dataset<T>) => Array.from({ length: data.length }, (_, i) => data.at(i));

describe('wholeDocuments', () => {
  test('one example for each', () => {
    expect(all(wholeDocuments(documents, { boundary: 0 }))).toEqual([
      { input: row(0, 7, 8), target: row(7, 8, 0) },
      { input: row(0), target: row(0) },
      { input: row(0, 1, 2, 3, 4, 5), target: row(1, 2, 3, 4, 5, 0) },
    ]);
  });

  test('long ones cut', () => {
    const data = wholeDocuments(documents, { boundary: 0, contextLength: 4, long: 'cut' });
    expect(all(data).slice(1)).toEqual([
      { input: row(0), target: row(0) },
      { input: row(0, 1, 2, 3), target: row(1, 2, 3, 4) },
    ]);
  });

  test.each([1, 2, 3, 4, 5, 6, 7])('long ones split at %i places: every target once', (contextLength) => {
    const data = all(wholeDocuments(documents, { boundary: 9, contextLength, long: 'split' }));
    expect(data.flatMap(({ target }) => [...target])).toEqual([7, 8, 9, 9, 1, 2, 3, 4, 5, 9]);
    expect(data.flatMap(({ input }) => [...input])).toEqual([9, 7, 8, 9, 9, 1, 2, 3, 4, 5]);
    expect(Math.max(...data.map(({ input }) => input.length))).toBe(Math.min(contextLength, 6));
  });

  test('long ones refused', () => {
    const data = wholeDocuments(documents, { boundary: 0, contextLength: 5 });
    expect(data.at(0).input.length).toBe(3);
    expect(() => data.at(2)).toThrow(
      new RangeError(
        "Expected documents of at most 4 ids, got 5 in number 2: take a larger contextLength, or long: 'cut' or 'split'",
      ),
    );
    expect(wholeDocuments(documents, { boundary: 0, contextLength: 6 }).at(2).input.length).toBe(6);
  });

  test('bad input', () => {
    expect(() => wholeDocuments([], { boundary: 0 })).toThrow('Expected at least 1 document, got 0');
    expect(() => wholeDocuments(documents, { boundary: 0, long: 'cut' })).toThrow(TypeError);
    expect(() => wholeDocuments(documents, { boundary: 0 }).at(3)).toThrow('Expected an index from 0 to 2, got 3');
  });
});
