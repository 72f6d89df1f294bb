// Random batches hold the examples whose numbers the generator draws.
import { manualSeed } from '@hornbook/random';
import { describe, expect, test } from 'vitest';
import type { Batch, Dataset } from './dataset.ts';
import { randomBatches } from './random-batches.ts';

const numbered = (n: number): Dataset => ({ length: n, at: (i) => ({ input: Int32Array.of(i), target: i }) });

function take(n: number, batches: Iterable<Batch>): Batch[] {
  const taken: Batch[] = [];
  for (const batch of batches) {
    taken.push(batch);
    if (taken.length === n) break;
  }
  return taken;
}

describe('randomBatches', () => {
  test('each batch takes integers(batchSize, 0, examples), with replacement', () => {
    const drawn = manualSeed(2147483647);
    const batches = randomBatches(numbered(10), { batchSize: 32, generator: manualSeed(2147483647) });
    for (const { targets } of take(5, batches)) {
      expect(targets).toEqual({ data: drawn.integers(32, 0, 10), shape: [32] });
    }
  });

  test('iterating anew goes on, and the generator’s state is all that is needed for it', () => {
    const generator = manualSeed(4);
    const batches = randomBatches(numbered(100), { batchSize: 8, generator });
    expect(take(1, batches)).toHaveLength(1);
    const saved = generator.state();
    const expected = take(2, batches);
    const resumed = manualSeed(0);
    resumed.restore(saved);
    expect(take(2, randomBatches(numbered(100), { batchSize: 8, generator: resumed }))).toEqual(expected);
  });

  test('bad options throw at once, before a batch is asked for', () => {
    const generator = manualSeed(1);
    expect(() => randomBatches(numbered(0), { batchSize: 2, generator })).toThrow(
      new RangeError('Expected at least 1 example, got 0'),
    );
    expect(() => randomBatches(numbered(3), { batchSize: -1, generator })).toThrow(
      new RangeError('Expected batchSize to be a whole number of 1 or more, got -1'),
    );
  });
});
