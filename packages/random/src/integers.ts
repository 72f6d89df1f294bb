// Whole numbers: from a range, over all of int64, and permutations.
import { checkCount, checkNumber, describe } from './checks.ts';
import { draw, draw64, type MersenneTwister } from './mersenne-twister.ts';

/** The width of range, high − low, from which one integer takes 64 bits of the stream and not 32. */
export type IntegerOptions = {
  /** 2 ** 32 as PyTorch up to 2.6 (the default), or 2 ** 28 as PyTorch after it. */
  readonly wideFrom?: number;
};

const narrowLimit = 2 ** 32;

/**
 * n integers in [low, high), as `torch.randint(low, high, (n,))`.
 *
 * @throws RangeError if the range is empty or does not fit an int32; `integers64` takes those
 */
export function integers(
  twister: MersenneTwister,
  n: number,
  low: number,
  high: number,
  { wideFrom = narrowLimit }: IntegerOptions = {},
): Int32Array {
  checkCount(n, 'n');
  checkBound(low, 'low');
  checkBound(high, 'high');
  checkRange(low, high, wideFrom);
  if (low < -(2 ** 31) || high > 2 ** 31) {
    throw new RangeError(`Expected low and high within ±2^31, got ${low} and ${high}: use integers64`);
  }
  const values = new Int32Array(n);
  const range = high - low;
  if (range < wideFrom) {
    for (let i = 0; i < n; i++) values[i] = (draw(twister) % range) + low;
  } else {
    for (let i = 0; i < n; i++) values[i] = Number(draw64(twister) % BigInt(range)) + low;
  }
  return values;
}

/**
 * n integers in [low, high), as `torch.randint(low, high, (n,))`, for bounds anywhere from −2^63 to 2^63.
 *
 * @throws RangeError if the range is empty or does not fit an int64
 */
export function integers64(
  twister: MersenneTwister,
  n: number,
  low: number | bigint,
  high: number | bigint,
  { wideFrom = narrowLimit }: IntegerOptions = {},
): BigInt64Array {
  checkCount(n, 'n');
  checkBound(low, 'low');
  checkBound(high, 'high');
  checkRange(low, high, wideFrom);
  const bottom = BigInt(low);
  const top = BigInt(high);
  if (bottom < -(2n ** 63n) || top > 2n ** 63n) {
    throw new RangeError(`Expected low and high within ±2^63, got ${low} and ${high}`);
  }
  const range = top - bottom;
  const wide = range >= BigInt(wideFrom);
  const values = new BigInt64Array(n);
  for (let i = 0; i < n; i++) {
    values[i] = (wide ? draw64(twister) % range : BigInt(draw(twister) % Number(range))) + bottom;
  }
  return values;
}

/** n integers from 0 to 2^63 − 1, as `tensor.random_()` fills an int64 tensor. PyTorch's data loader seeds itself so. */
export function nonNegative64(twister: MersenneTwister, n: number): BigInt64Array {
  checkCount(n, 'n');
  const values = new BigInt64Array(n);
  for (let i = 0; i < n; i++) values[i] = draw64(twister) & (2n ** 63n - 1n);
  return values;
}

/** The numbers 0 to n − 1 in random order, as `torch.randperm(n)`. */
export function permutation(twister: MersenneTwister, n: number): Int32Array {
  checkCount(n, 'n');
  const places = new Int32Array(n);
  for (let i = 0; i < n; i++) places[i] = i;
  for (let i = 0; i < n - 1; i++) {
    const j = i + (draw(twister) % (n - i));
    const kept = places[i];
    places[i] = places[j];
    places[j] = kept;
  }
  return places;
}

function checkBound(bound: number | bigint, what: string): void {
  if (typeof bound === 'bigint') return;
  checkNumber(bound, what);
  if (!Number.isSafeInteger(bound)) {
    throw new RangeError(`Expected ${what} to be a whole number up to 2^53 − 1 in size, or a BigInt, got ${bound}`);
  }
}

function checkRange(low: number | bigint, high: number | bigint, wideFrom: number): void {
  if (low >= high) throw new RangeError(`Expected low to be less than high, got low ${low} and high ${high}`);
  if (!Number.isInteger(wideFrom) || wideFrom < 1 || wideFrom > narrowLimit) {
    throw new RangeError(`Expected wideFrom to be a whole number from 1 to 2^32, got ${describe(wideFrom)}`);
  }
}
