// Samplers choose what the generator draws, and loaders take it in their order.
import { manualSeed } from '@hornbook/random';
import { describe, expect, test } from 'vitest';
import type { Dataset } from './dataset.ts';
import { type Loader, loader } from './loader.ts';
import { type BatchSampler, type Sampler, weighted, withReplacement } from './samplers.ts';

const data: Dataset = { length: 6, at: (i) => ({ input: Int32Array.of(i), target: i }) };
const epoch = (batches: Loader) => Array.from(batches, ({ targets }) => Array.from(targets.data));

/** What is left of a generator's stream after the number that iterating draws. */
function drawn(seed: number) {
  const generator = manualSeed(seed);
  generator.random64();
  return generator;
}

test('with replacement: integers of the generator', () => {
  const batches = loader(data, { batchSize: 20, sampler: withReplacement(6, 40), generator: manualSeed(7) });
  expect(batches.length).toBe(2);
  expect(epoch(batches).flat()).toEqual(Array.from(drawn(7).integers(40, 0, 6)));
});

test('weighted: multinomial draws of the generator', () => {
  const weights = [0, 1, 0, 5, 0, 2];
  const batches = loader(data, { batchSize: 50, sampler: weighted(weights, 50), generator: manualSeed(7) });
  expect(epoch(batches)).toEqual([Array.from(drawn(7).multinomial(weights, 50, { replacement: true }))]);
  const sampler = weighted(weights, 3, { replacement: false });
  const [all] = epoch(loader(data, { batchSize: 3, sampler, generator: manualSeed(7) }));
  expect(all.sort()).toEqual([1, 3, 5]);
});

describe('samplers of one’s own', () => {
  const backwards: Sampler = { length: 6, indices: () => [5, 4, 3, 2, 1, 0] };
  const bySize: BatchSampler = { length: 2, batches: () => [[0], [1, 2, 3]] };

  test('need no generator', () => {
    expect(epoch(loader(data, { batchSize: 4, sampler: backwards }))).toEqual([
      [5, 4, 3, 2],
      [1, 0],
    ]);
    expect(epoch(loader(data, { batchSize: 4, sampler: backwards, dropLast: true }))).toEqual([[5, 4, 3, 2]]);
    expect(epoch(loader(data, { batchSampler: bySize }))).toEqual([[0], [1, 2, 3]]);
  });

  test('exclude what they replace', () => {
    const generator = manualSeed(1);
    expect(() => loader(data, { batchSize: 2, sampler: backwards, shuffle: true, generator })).toThrow(
      new TypeError('Expected shuffle or sampler, got both: a sampler shuffles as it likes'),
    );
    // @ts-expect-error: a batch sampler has the batches' sizes
    expect(() => loader(data, { batchSampler: bySize, batchSize: 2 })).toThrow('Expected batchSampler alone');
  });

  test('have the length that they say', () => {
    const wrong = loader(data, { batchSize: 2, sampler: { ...backwards, length: 7 } });
    expect(() => epoch(wrong)).toThrow(new RangeError('Expected 7 indices of the sampler, as its length says, got 6'));
  });
});

test('drawing needs a generator that can', () => {
  expect(() => epoch(loader(data, { batchSize: 2, sampler: withReplacement(6) }))).toThrow(
    'Expected a generator to draw with, got none',
  );
  const { random64, permutation, integers, spawn } = manualSeed(1);
  const generator = { random64, permutation, integers, spawn };
  expect(() => epoch(loader(data, { batchSize: 2, sampler: weighted([1]), generator }))).toThrow(
    'Expected a generator with multinomial',
  );
  expect(() => withReplacement(0)).toThrow('Expected length to be a whole number of 1 or more, got 0');
});
