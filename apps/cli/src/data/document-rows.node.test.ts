// Documents in rows of their own.
import { expect, test } from 'vitest';
import { documentRows } from './document-rows.ts';

const rows = (documents: number[][], contextLength: number) => {
  const data = documentRows(
    documents.map((ids) => Int32Array.from(ids)),
    { contextLength, boundary: 0 },
  );
  return Array.from({ length: data.length }, (_, i) => {
    const { input, target } = data.at(i);
    return [[...input], [...(target as Int32Array)]];
  });
};

test('each begins and ends with the boundary; padding does not count', () => {
  expect(rows([[1, 2], [3]], 4)).toEqual([
    [
      [0, 1, 2, 0],
      [1, 2, 0, -100],
    ],
    [
      [0, 3, 0, 0],
      [3, 0, -100, -100],
    ],
  ]);
});

test('a document that fills the context fits; a longer one goes on in the next row', () => {
  expect(rows([[1, 2, 3]], 4)).toEqual([
    [
      [0, 1, 2, 3],
      [1, 2, 3, 0],
    ],
  ]);
  expect(rows([[1, 2, 3]], 3)).toEqual([
    [
      [0, 1, 2],
      [1, 2, 3],
    ],
    [
      [3, 0, 0],
      [0, -100, -100],
    ],
  ]);
});
