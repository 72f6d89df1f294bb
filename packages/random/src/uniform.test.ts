// Uniform numbers where rounding twice goes wrong.
import { expect, test } from 'vitest';
import { fma } from './fused-multiply-add.ts';
import { manualSeed } from './generator.ts';

test('a range and an offset are applied with one rounding', () => {
  const low = 2 ** -60; // lost in a double sum, but it decides which way the middle of two float32 goes
  const high = 385 / 512;
  const units = manualSeed(1).uniform(5000);
  const values = manualSeed(1).uniform(5000, low, high);
  expect(values).toEqual(units.map((u) => fma(u, high, low)));
  expect(values).not.toEqual(units.map((u) => u * high + low));
});
