// Documents join at boundaries, and boundaries tell them apart again.
import { describe, expect, test } from 'vitest';
import type { Dataset } from './dataset.ts';
import { joinDocuments, markDocuments } from './documents-of-ids.ts';

const row = (...ids: number[]) => Int32Array.from(ids);

test('joinDocuments: a boundary before, between and after', () => {
  const list = [row(1, 2), row(3), row()];
  expect(joinDocuments(list, 0)).toEqual(row(0, 1, 2, 0, 3, 0, 0));
  const dataset: Dataset<Int32Array> = { length: 3, at: (index) => list[index] };
  expect(joinDocuments(dataset, 9)).toEqual(row(9, 1, 2, 9, 3, 9, 9));
  expect(joinDocuments([], 0)).toEqual(row(0));
});

describe('markDocuments', () => {
  test('numbers places by the boundaries up to them', () => {
    const example = { input: row(5, 0, 7, 8, 0), target: row(0, 7, 8, 0, 9) };
    expect(markDocuments(0)(example)).toEqual({ ...example, documents: row(0, 1, 1, 1, 2) });
    expect(markDocuments(0)({ input: row(0, 1, 0) }).documents).toEqual(row(1, 1, 2));
    expect(markDocuments(4)({ input: row(0, 1, 0) }).documents).toEqual(row(0, 0, 0));
  });
});
