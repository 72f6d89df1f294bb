// Integers at the two thresholds and at the ends of their ranges; permutations.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { manualSeed } from './generator.ts';

test('from the threshold on, one integer takes 64 bits of the stream', () => {
  const range = 2 ** 28;
  const draws = manualSeed(11);
  const narrow = Array.from({ length: 5 }, () => draws.random() % range);
  const wideDraws = manualSeed(11);
  const wide = Array.from({ length: 5 }, () => Number(wideDraws.random64() % BigInt(range)));
  expect(narrow).not.toEqual(wide);
  expect(Array.from(manualSeed(11).integers(5, 0, range))).toEqual(narrow);
  expect(Array.from(manualSeed(11).integers(5, 0, range, { wideFrom: 2 ** 28 }))).toEqual(wide);
  expect(Array.from(manualSeed(11).integers64(5, 0, range, { wideFrom: 2 ** 28 }), Number)).toEqual(wide);
  const below = Array.from(manualSeed(11).integers(5, 0, range - 1));
  expect(Array.from(manualSeed(11).integers(5, 0, range - 1, { wideFrom: 2 ** 28 }))).toEqual(below);
});

test('all of int32 and all of int64 can be asked for', () => {
  const draws = manualSeed(12);
  const expected = Array.from({ length: 4 }, () => Number(draws.random64() % 2n ** 32n) - 2 ** 31);
  expect(Array.from(manualSeed(12).integers(4, -(2 ** 31), 2 ** 31))).toEqual(expected);
  const raw = manualSeed(12);
  const shifted = Array.from({ length: 4 }, () => raw.random64() - 2n ** 63n);
  expect(Array.from(manualSeed(12).integers64(4, -(2n ** 63n), 2n ** 63n))).toEqual(shifted);
});

test('integers stay in their range', () => {
  const bound = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  fc.assert(
    fc.property(fc.integer(), bound, bound, (seed, one, other) => {
      const low = Math.min(one, other);
      const high = Math.max(one, other) + 1;
      for (const value of manualSeed(seed).integers(20, low, high)) {
        expect(value).toBeGreaterThanOrEqual(low);
        expect(value).toBeLessThan(high);
      }
    }),
  );
});

test('a permutation holds each number once', () => {
  fc.assert(
    fc.property(fc.integer(), fc.nat(300), (seed, n) => {
      const sorted = manualSeed(seed).permutation(n).sort();
      expect(sorted).toEqual(Int32Array.from({ length: n }, (_, i) => i));
    }),
  );
});

test.each<[string, () => unknown]>([
  ['Expected low to be less than high, got low 5 and high 5', () => manualSeed(0).integers(1, 5, 5)],
  ['Expected low to be less than high, got low 6 and high 5', () => manualSeed(0).integers64(1, 6n, 5)],
  [
    'Expected low and high within ±2^31, got 0 and 2147483649: use integers64',
    () => manualSeed(0).integers(1, 0, 2 ** 31 + 1),
  ],
  [
    'Expected low and high within ±2^63, got 0 and 9223372036854775809',
    () => manualSeed(0).integers64(1, 0, 2n ** 63n + 1n),
  ],
  [
    'Expected high to be a whole number up to 2^53 − 1 in size, or a BigInt, got 1.5',
    () => manualSeed(0).integers(1, 0, 1.5),
  ],
  ['or a BigInt, got 18446744073709552000', () => manualSeed(0).integers64(1, 0, 2 ** 64)],
  [
    'Expected wideFrom to be a whole number from 1 to 2^32, got 8589934592',
    () => manualSeed(0).integers(1, 0, 9, { wideFrom: 2 ** 33 }),
  ],
])('%s', (message, call) => {
  expect(call).toThrow(RangeError);
  expect(call).toThrow(message);
});
