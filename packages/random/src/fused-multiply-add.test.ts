// The float32 fused multiply-add against exact integer arithmetic.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fma } from './fused-multiply-add.ts';

const finite = fc.float({ noNaN: true, noDefaultInfinity: true });

test('is exact for any finite numbers', () => {
  fc.assert(
    fc.property(finite, finite, finite, (a, b, c) => {
      expect(fma(a, b, c)).toBe(exact(a, b, c));
    }),
    { numRuns: 5000 },
  );
});

test('is exact for numbers of one size, where digits cancel', () => {
  const ordinary = fc.float({ min: -4, max: 4, noNaN: true });
  fc.assert(
    fc.property(ordinary, ordinary, ordinary, (a, b, c) => {
      expect(fma(a, b, c)).toBe(exact(a, b, c));
    }),
    { numRuns: 5000 },
  );
});

test('is exact where the sum lies next to the middle of two neighbours, and rounding twice goes wrong', () => {
  const steps = fc.integer({ min: 1, max: 50 });
  const mantissa = fc.integer({ min: 2 ** 23, max: 2 ** 24 - 1 });
  const sign = fc.constantFrom(1, -1);
  let wrongTwice = 0;
  fc.assert(
    fc.property(mantissa, fc.integer({ min: -60, max: 60 }), steps, sign, sign, fc.boolean(), (m, e, j, s, t, over) => {
      const c = s * m * 2 ** e;
      // (1 + j/2^23)(1 − j/2^23) falls short of 1 by j²/2^46; 1 + j/2^23 squared and halved can exceed it.
      const a = 1 + j * 2 ** -23;
      const b = t * (over ? 1 / 2 + (j % 2) * 2 ** -24 : (1 - j * 2 ** -23) / 2) * 2 ** e;
      if (Math.fround(a * b + c) !== exact(a, b, c)) wrongTwice++;
      expect(fma(a, b, c)).toBe(exact(a, b, c));
    }),
    { numRuns: 3000 },
  );
  expect(wrongTwice).toBeGreaterThan(500);
});

test('keeps what a rounded product loses', () => {
  const a = 1 + 2 ** -23;
  expect(fma(a, a, -(1 + 2 ** -22))).toBe(2 ** -46);
});

test('at the edge of the range: infinite from halfway beyond the largest number on', () => {
  const largest = 2 ** 128 - 2 ** 104;
  const short = 1 - 2 ** -24;
  expect(fma(2 ** 52, 2 ** 51, largest)).toBe(Number.POSITIVE_INFINITY);
  expect(fma(2 ** 52, 2 ** 51 * short, largest)).toBe(largest);
  expect(fma(2 ** 52 * (1 + 2 ** -23), 2 ** 51 * (1 - 2 ** -23), largest)).toBe(largest);
  expect(fma(-(2 ** 52) * (1 + 2 ** -23), 2 ** 51 * (1 - 2 ** -23), -largest)).toBe(-largest);
  expect(fma(largest, 2, 0)).toBe(Number.POSITIVE_INFINITY);
  expect(fma(1, 1, Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
  expect(fma(Number.NaN, 1, 1)).toBeNaN();
});

/** a·b + c as a whole number of 2^-298, the smallest unit of a product, rounded once to nearest, ties to even. */
function exact(a: number, b: number, c: number): number {
  const sum = units(a) * units(b) + (units(c) << 149n);
  if (sum === 0n) return a * b + c; // the sign of zero is the same in any precision
  const size = sum < 0n ? -sum : sum;
  const surplus = Math.max(size.toString(2).length - 24, 149); // bits that a float32 has no room for
  const shift = BigInt(surplus);
  const kept = size >> shift;
  const lost = size - (kept << shift);
  const middle = 1n << (shift - 1n);
  const up = lost > middle || (lost === middle && (kept & 1n) === 1n) ? 1n : 0n;
  const magnitude = Math.fround(Number(kept + up) * 2 ** (surplus - 149) * 2 ** -149);
  return sum < 0n ? -magnitude : magnitude;
}

/** A float32 as a whole number of 2^-149. */
function units(value: number): bigint {
  return BigInt(value * 2 ** 75 * 2 ** 74);
}
