// Sixteen-bit floats against their definition: sign · 2^(exponent − bias) · 1.mantissa.
import { describe, expect, test } from 'vitest';
import { fromBfloat16, fromHalf, toBfloat16, toHalf } from './half-precision.ts';

const all = Uint16Array.from({ length: 65536 }, (_, i) => i);

/** The number that these bits stand for, or NaN. */
function define(bits: number, mantissaBits: number, bias: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits & 0x7fff) >>> mantissaBits;
  const fraction = (bits & (2 ** mantissaBits - 1)) / 2 ** mantissaBits;
  if (exponent === 2 ** (15 - mantissaBits) - 1) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent ? (1 + fraction) * 2 ** (exponent - bias) : fraction * 2 ** (1 - bias));
}

describe.each([
  ['F16', fromHalf, toHalf, 10, 15],
  ['BF16', fromBfloat16, toBfloat16, 7, 127],
] as const)('%s', (_, widen, narrow, mantissaBits, bias) => {
  test('all 65536 patterns mean what the definition says', () => {
    expect(widen(all)).toEqual(Float32Array.from(all, (bits) => define(bits, mantissaBits, bias)));
  });

  test('all 65536 patterns come back, NaN payloads too', () => {
    expect(narrow(widen(all))).toEqual(all);
  });

  test('between two neighbours the nearer wins, and half way the even one', () => {
    const values = widen(all.filter((bits) => Number.isFinite(define(bits, mantissaBits, bias)) && bits < 0x8000));
    for (let i = 1; i < values.length; i++) {
      const middle = values[i - 1] / 2 + values[i] / 2;
      const gap = values[i] - values[i - 1];
      const near = Float32Array.of(middle, -middle, middle - gap / 4, middle + gap / 4);
      const even = i % 2 === 0 ? i : i - 1;
      const [tie, negativeTie, below, above] = narrow(near);
      if (tie !== even || negativeTie !== (even | 0x8000) || below !== i - 1 || above !== i) {
        expect({ i, tie, negativeTie, below, above }).toEqual({ i, tie: even });
      }
    }
    expect(values.length).toBeGreaterThan(30000);
  });

  test('a NaN whose payload does not fit stays NaN', () => {
    const values = new Float32Array(Uint32Array.of(0x7f800001, 0xff800001).buffer);
    expect([...widen(narrow(values))]).toEqual([Number.NaN, Number.NaN]);
  });
});

test('F16 becomes infinity from 65520 on, BF16 beyond its own largest value', () => {
  expect([...fromHalf(toHalf(Float32Array.of(65519.99, 65520, -1e30)))]).toEqual([65504, Infinity, -Infinity]);
  expect([...fromBfloat16(toBfloat16(Float32Array.of(3.4e38)))]).toEqual([Infinity]);
});
