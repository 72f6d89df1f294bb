// Counting tokens: documents by length, copies, and ids that are none.
import { expect, test } from 'vitest';
import { countTokens } from './statistics.ts';

const ids = (...list: number[]) => Int32Array.from(list);

test('documents end at the boundary; the last may have none', () => {
  const counts = new Float64Array(6);
  const { hashes, ...found } = countTokens(ids(1, 2, 0, 3, 0, 1, 2, 0, 0, 4, 4, 4, 4, 9), 0, counts);
  expect(found).toEqual({ tokens: 14, documents: 5, shortest: 0, longest: 5, histogram: [1, 1, 2, 1], copies: 1 });
  expect(hashes.size).toBe(4);
  expect([...counts]).toEqual([4, 2, 2, 1, 4, 1]); // 9 is no id: the last place counts such
});

test('without a boundary all is one document; nothing is none', () => {
  expect(countTokens(ids(1, 0, 1), undefined, new Float64Array(3))).toMatchObject({ documents: 1, longest: 3 });
  expect(countTokens(ids(), 0, new Float64Array(3))).toMatchObject({
    documents: 0,
    shortest: 0,
    longest: 0,
    histogram: [],
  });
});

test('the order of tokens matters, and so does their number', () => {
  const { copies } = countTokens(ids(1, 2, 0, 2, 1, 0, 1, 0, 1, 1, 0, 1, 2, 2, 0), 0, new Float64Array(4));
  expect(copies).toBe(0);
});

test('a document longer than what is read at once is one', () => {
  const long = new Int32Array(2 ** 20 + 10).fill(1);
  expect(countTokens(long, 0, new Float64Array(3))).toMatchObject({ documents: 1, longest: 2 ** 20 + 10 });
});
