import { toBeAllclose } from '@hornbook/testing';
import { expect, test } from 'vitest';
import { embeddingRows, oneHot, times } from './table.ts';

test('the table of seed 123, which is on the notebook’s page', () => {
  const rows = embeddingRows(123, 6, 3);
  const page = [0.3374, -0.1778, -0.169, 0.9178, 1.581, 1.301, 1.2753, -0.201, -0.1606];
  toBeAllclose(rows.flat().slice(0, 9), page, { absolute: 6e-5 });
  toBeAllclose(rows.flat().slice(9), [-0.4015, 0.9666, -1.1481, -1.1589, 0.3255, -0.6315, -2.84, -0.7849, -1.4096], {
    absolute: 6e-5,
  });
});

test('a one-hot vector times the table is the row', () => {
  const rows = embeddingRows(42, 12, 10);
  expect(oneHot(3, 6)).toEqual([0, 0, 0, 1, 0, 0]);
  for (const id of rows.keys()) expect(times(oneHot(id, 12), rows)).toEqual(rows[id]);
});
