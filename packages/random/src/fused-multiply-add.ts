// a·b + c in float32 with one rounding, as the processor's fused multiply-add gives it.
const fround = Math.fround;
const largest = 2 ** 128 - 2 ** 104; // the largest float32
const beyond = 2 ** 128 - 2 ** 103; // halfway from it to the next power of two: rounds to infinity

/**
 * round(a·b + c) for float32 arguments, exact: fma(1 + 2^-23, 1 + 2^-23, -1) keeps the 2^-46.
 *
 * The product of two float32 is exact in double, so only two roundings happen: the sum's to double, then the result's to
 * float32. Two roundings differ from one only where the double lies midway between two neighbouring float32 and the sum
 * was inexact (Boldo and Melquiond 2008). The double lies midway just if its distance from the float32, applied
 * once more, lands on the other neighbour; so three cheap operations find the rare case, and no bits are inspected.
 */
export function fma(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  const rounded = fround(sum);
  const rest = sum - rounded;
  const mirror = sum + rest;
  if (fround(mirror) === mirror && rest !== 0) return settle(product, c, rounded, mirror);
  return rounded;
}

/** Of the two float32 around a double that lies midway, the one on the side where the exact sum lies. */
function settle(product: number, c: number, rounded: number, mirror: number): number {
  const sum = product + c;
  const part = sum - product;
  const error = product - (sum - part) + (c - part); // TwoSum: the exact sum is sum + error
  if (error === 0) return rounded; // midway indeed: fround has already gone to the even one
  if (!Number.isFinite(rounded)) {
    const justBeyond = Math.abs(sum) === beyond && error < 0 === sum > 0;
    return justBeyond ? Math.sign(sum) * largest : rounded;
  }
  return error > 0 ? Math.max(rounded, mirror) : Math.min(rounded, mirror);
}
