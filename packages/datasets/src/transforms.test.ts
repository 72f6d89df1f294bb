// Datasets made from others hold the right items under the right numbers.

import { manualSeed } from '@hornbook/random';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { collate } from './collate.ts';
import type { Dataset } from './dataset.ts';
import { loader } from './loader.ts';
import { randomBatches } from './random-batches.ts';
import { split } from './split.ts';
import { type Stream, streamOf } from './streams/stream.ts';
import { concat, datasetOf, filter, map, subset, take } from './transforms.ts';

const letters = datasetOf(['a', 'b', 'c', 'd']);
const all = <T>(data: Dataset<T>) => Array.from({ length: data.length }, (_, i) => data.at(i));

test('map changes items when they are asked for', () => {
  const asked: string[] = [];
  const upper = map(letters, (letter) => {
    asked.push(letter);
    return letter.toUpperCase();
  });
  expect(upper.at(2)).toBe('C');
  expect(asked).toEqual(['c']);
  expect(all(upper)).toEqual(['A', 'B', 'C', 'D']);
});

test('filter', () => {
  const kept = filter(letters, (letter) => letter !== 'b');
  expect(all(kept)).toEqual(['a', 'c', 'd']);
  expect(filter(letters, () => false).length).toBe(0);
});

test('concat', () => {
  const none = datasetOf<string>([]);
  expect(all(concat(none, letters, none, datasetOf(['e']), none))).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(concat().length).toBe(0);
});

test('subset and take', () => {
  expect(all(subset(letters, [3, 0, 3]))).toEqual(['d', 'a', 'd']);
  expect(all(subset(letters, Int32Array.of(1)))).toEqual(['b']);
  expect(all(take(letters, 2))).toEqual(['a', 'b']);
  expect(all(take(letters, 9))).toEqual(['a', 'b', 'c', 'd']);
  expect(take(letters, 0).length).toBe(0);
});

describe('bad input', () => {
  test.each<[string, Dataset<string>]>([
    ['datasetOf', letters],
    ['filter', filter(letters, () => true)],
    ['concat', concat(letters)],
    ['subset', subset(letters, [0, 1, 2, 3])],
    ['take', take(letters, 4)],
    ['map', map(letters, (letter) => letter)],
  ])('%s: an index that is not there', (_, data) => {
    for (const bad of [-1, 4, 0.5]) {
      expect(() => data.at(bad)).toThrow(new RangeError(`Expected an index from 0 to 3, got ${bad}`));
    }
  });

  test('subset and take', () => {
    expect(() => subset(letters, [0, 4])).toThrow('Expected an index from 0 to 3, got 4');
    expect(() => take(letters, -1)).toThrow('Expected count to be a whole number from 0 up, got -1');
    expect(() => take(streamOf(['a']), 1.5)).toThrow('Expected count to be a whole number from 0 up, got 1.5');
  });
});

test('a dataset’s own way to batches is passed on under the new numbers, where items stay as they are', () => {
  const asked: number[][] = [];
  const fast: Dataset = {
    length: 6,
    at: (i) => ({ input: Int32Array.of(i), target: i }),
    batch(indices) {
      asked.push(Array.from(indices));
      return collate(Array.from(indices, (i) => this.at(i)));
    },
  };
  const [, second] = split(fast, [0.5, 0.5]);
  const chosen = [second, subset(fast, [3, 4, 5]), filter(fast, ({ target }) => Number(target) > 2)];
  for (const data of chosen) {
    const [batch] = loader(data, { batchSize: 2 });
    expect(batch.targets.data).toEqual(Int32Array.of(3, 4));
    expect(asked.splice(0)).toEqual([[3, 4]]);
    expect(() => data.batch?.([3])).toThrow('Expected an index from 0 to 2, got 3');
  }
  const changed = map(fast, ({ input }) => ({ input, target: 9 }));
  const [batch] = loader(take(changed, 2), { batchSize: 2 });
  expect(batch.targets.data).toEqual(Int32Array.of(9, 9));
  const [random] = randomBatches(take(fast, 1), { batchSize: 3, generator: manualSeed(1) });
  expect(random.targets.data).toEqual(Int32Array.of(0, 0, 0));
  expect(asked).toEqual([[0, 0, 0]]);
});

test('datasets give datasets, streams streams', () => {
  const stream = streamOf(letters);
  expectTypeOf(map(letters, (letter) => letter.length)).toEqualTypeOf<Dataset<number>>();
  expectTypeOf(map(stream, async (letter) => letter.length)).toEqualTypeOf<Stream<number>>();
  expectTypeOf(filter(letters, () => true)).toEqualTypeOf<Dataset<string>>();
  expectTypeOf(concat(stream, stream)).toEqualTypeOf<Stream<string>>();
  expectTypeOf(take(stream, 2)).toEqualTypeOf<Stream<string>>();
});
