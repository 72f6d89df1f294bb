// T5's buckets against whole-number arithmetic, and the bias made of them.
import { manualSeed } from '@hornbook/random';
import { describeEngines, expectGradient, toBeAllclose } from '@hornbook/testing';
import { dispose, type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { relativeAttentionBias, relativeBias, relativeBucket } from './relative-bias.ts';

/**
 * T5's bucket of one side in whole numbers: beyond `exact`, the last k with exact · (maxDistance/exact)^(k/exact) ≤
 * distance, both raised to the power of `exact` and multiplied out.
 */
function bucketOfDistance(distance: number, buckets: number, maxDistance: number): number {
  const exact = buckets / 2;
  if (distance < exact) return distance;
  const power = BigInt(exact);
  let k = 0n;
  while (k < power && BigInt(maxDistance) ** k * power ** (power - k) <= BigInt(distance) ** power) k++;
  return exact + Number(k) - 1;
}

describe('buckets', () => {
  const places = Array.from({ length: 601 }, (_, n) => n - 300);

  test.each([
    [32, 128],
    [32, 256],
    [8, 20],
  ])('causal: %i buckets up to %i', (numBuckets, maxDistance) => {
    for (const relative of places) {
      expect(relativeBucket(relative, { numBuckets, maxDistance }), `${relative}`).toBe(
        bucketOfDistance(Math.max(-relative, 0), numBuckets, maxDistance),
      );
    }
  });

  test.each([
    [32, 128],
    [8, 20],
  ])('both ways: %i buckets up to %i', (numBuckets, maxDistance) => {
    for (const relative of places) {
      const side = bucketOfDistance(Math.abs(relative), numBuckets / 2, maxDistance);
      expect(relativeBucket(relative, { numBuckets, maxDistance, bidirectional: true }), `${relative}`).toBe(
        relative > 0 ? numBuckets / 2 + side : side,
      );
    }
  });

  test('some of them by hand', () => {
    expect([5, 0, -1, -15, -16, -18, -19, -20, -21, -127, -128, -1000].map((d) => relativeBucket(d))).toEqual([
      0, 0, 1, 15, 16, 16, 17, 17, 18, 31, 31, 31,
    ]);
    const both = (d: number) => relativeBucket(d, { bidirectional: true });
    expect([0, -1, 1, -7, -8, -16, -32, -64, -128, 8, 64, 128].map(both)).toEqual([
      0, 1, 17, 7, 8, 10, 12, 14, 15, 24, 30, 31,
    ]);
  });
});

test('refuses buckets that cannot be', () => {
  expect(() => relativeBucket(3, { numBuckets: 1 })).toThrow(
    new RangeError('Expected at least 2 buckets a side and a maxDistance above 0, got 1 and 128'),
  );
  expect(() => relativeBucket(3, { maxDistance: 16 })).toThrow(RangeError);
});

describeEngines('relative bias', () => {
  test('each head, each pair of places: the row of its bucket', async () => {
    const table = tensor2d([0, 1, 10, 11, 20, 21, 30, 31], [4, 2]); // 4 buckets, 2 heads
    const bias = relativeAttentionBias({ table }, 3);
    const both = relativeAttentionBias({ table }, 3, { bidirectional: true, maxDistance: 2 });
    expect(bias.shape).toEqual([2, 3, 3]);
    toBeAllclose(await bias.data(), [0, 0, 0, 10, 0, 0, 20, 10, 0, 1, 1, 1, 11, 1, 1, 21, 11, 1]);
    toBeAllclose(await both.data(), [0, 30, 30, 10, 0, 30, 10, 10, 0, 1, 31, 31, 11, 1, 31, 11, 11, 1]);
    dispose([table, bias, both]);
  });

  test('gradient', async () => {
    await expectGradient(([table]) => relativeAttentionBias({ table: table as Tensor2D }, 5), [[8, 2]]);
  });

  test('starts with 32 buckets', () => {
    const layer = relativeBias(manualSeed(0), 4);
    expect(layer.table.shape).toEqual([32, 4]);
    dispose(layer);
  });
});
