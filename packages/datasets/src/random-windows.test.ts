// Random windows start where nanoGPT's get_batch would start them.
import { manualSeed } from '@hornbook/random';
import { describe, expect, test } from 'vitest';
import { randomWindows } from './random-windows.ts';

const ids = Int32Array.from({ length: 50 }, (_, i) => i);

describe('randomWindows', () => {
  test('each batch takes integers(batchSize, 0, tokens - contextLength)', () => {
    const starts = manualSeed(7);
    const batches = randomWindows(ids, { batchSize: 4, contextLength: 8, generator: manualSeed(7) });
    let step = 0;
    for (const { inputs, targets } of batches) {
      const expected = starts.integers(4, 0, 42);
      expect(inputs.shape).toEqual([4, 8]);
      expect(targets.shape).toEqual([4, 8]);
      expect(Array.from(inputs.data)).toEqual(Array.from({ length: 32 }, (_, i) => expected[i >> 3] + (i & 7)));
      expect(targets.data).toEqual(inputs.data.map((id) => id + 1));
      if (++step === 20) break;
    }
  });

  test('every start is possible, the last one too', () => {
    const seen = new Set<number>();
    const [batch] = randomWindows(ids, { batchSize: 64, contextLength: 46, generator: manualSeed(1) });
    for (const start of batch.inputs.data.filter((_, i) => i % 46 === 0)) seen.add(start);
    expect([...seen].sort()).toEqual([0, 1, 2, 3]);
  });

  test('bad options throw at once, before a batch is asked for', () => {
    const generator = manualSeed(1);
    expect(() => randomWindows(ids, { batchSize: 1, contextLength: 50, generator })).toThrow(
      'Expected at least 51 tokens, got 50',
    );
    expect(() => randomWindows(ids, { batchSize: 0, contextLength: 8, generator })).toThrow(
      'Expected batchSize to be a whole number of 1 or more, got 0',
    );
    expect(() => randomWindows(ids, { batchSize: 2, contextLength: 1.5, generator })).toThrow(
      'Expected contextLength to be a whole number of 1 or more, got 1.5',
    );
  });
});
