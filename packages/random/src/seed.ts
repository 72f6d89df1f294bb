// Seeds: what PyTorch accepts, and what it makes of it.
import { describe } from './checks.ts';

/** A whole number from −2^63 to 2^64 − 1; a `number` only as far as it is exact, to ±(2^53 − 1). */
export type Seed = number | bigint;

/** The seed of a generator that was given none. */
export const defaultSeed = 67280421310721;

/** A seed as the 64-bit number that PyTorch keeps: negative ones wrap around, −1 → 2^64 − 1. */
export function toUint64(seed: Seed): bigint {
  if (typeof seed !== 'number' && typeof seed !== 'bigint') {
    throw new TypeError(`Expected a seed to be a number or a BigInt, got ${describe(seed)}`);
  }
  if (typeof seed === 'number' && !Number.isSafeInteger(seed)) {
    throw new RangeError(`Expected a seed to be a whole number up to 2^53 − 1 in size, or a BigInt, got ${seed}`);
  }
  const value = BigInt(seed);
  if (value < -(2n ** 63n) || value >= 2n ** 64n) {
    throw new RangeError(`Expected a seed from -9223372036854775808 to 18446744073709551615, got ${value}`);
  }
  return BigInt.asUintN(64, value);
}
