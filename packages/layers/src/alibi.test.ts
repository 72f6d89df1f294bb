// ALiBi's slopes and biases against the reference.
import { describeEngines, golden, toBeAllclose } from '@hornbook/testing';
import { describe, expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-training.json' with { type: 'json' };
import { alibiBias, alibiSlopes } from './alibi.ts';

describe('slopes', () => {
  test.each(Object.entries(fixture.ops.alibi_slopes))('%s heads', (numHeads, slopes) => {
    // The reference multiplies its slopes up one by one, and so gathers a few roundings.
    toBeAllclose(alibiSlopes(Number(numHeads)), slopes, { absolute: 0, relative: 4e-15 });
  });

  test('any number of heads has a slope each, all different, between 0 and 1', () => {
    for (let numHeads = 1; numHeads <= 64; numHeads++) {
      const slopes = alibiSlopes(numHeads);
      expect(new Set(slopes).size).toBe(numHeads);
      expect(slopes.every((slope) => slope > 0 && slope < 1)).toBe(true);
    }
  });
});

describeEngines('bias', () => {
  test('4 heads, 4 places: with the future hidden, the reference', async () => {
    const bias = alibiBias(4, 4);
    expect(bias.shape).toEqual([4, 4, 4]);
    const hidden = (await bias.data()).map((value, n) => (n % 4 > (n >> 2) % 4 ? Number.NEGATIVE_INFINITY : value));
    toBeAllclose(hidden, golden(fixture.ops.alibi_bias_4heads_T4), { absolute: 0, relative: 0 });
    bias.dispose();
  });
});
