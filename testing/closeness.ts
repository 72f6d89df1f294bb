// The one way the tests compare numbers: |actual - expected| <= absolute + relative * |expected|, elementwise.
import { expect } from 'vitest';

/** Infinities must be equal and NaN must meet NaN; a failure names the first place that differs. */
export function toBeAllclose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { absolute = 1e-6, relative = 1e-5 }: { absolute?: number; relative?: number } = {},
): void {
  expect(actual.length, 'number of values').toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i]) || actual[i] === expected[i]) continue;
    const difference = Math.abs(actual[i] - expected[i]);
    if (difference <= absolute + relative * Math.abs(expected[i]) && Number.isFinite(expected[i])) continue;
    expect.fail(`Expected ${expected[i]} at place ${i}, got ${actual[i]} (they differ by ${difference})`);
  }
}
