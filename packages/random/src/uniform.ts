// Uniform numbers, in float32 and in double.
import { checkCount, checkFinite, checkFloat32 } from './checks.ts';
import { fma } from './fused-multiply-add.ts';
import { draw24, draw53, type MersenneTwister } from './mersenne-twister.ts';

/** n float32 of 24 random bits in [low, high), as `tensor.uniform_(low, high)`. */
export function uniform(twister: MersenneTwister, n: number, low = 0, high = 1): Float32Array {
  checkCount(n, 'n');
  checkFloat32(low, 'low');
  checkFloat32(high, 'high');
  checkOrder(low, high);
  const bottom = Math.fround(low);
  const range = Math.fround(Math.fround(high) - bottom);
  checkFloat32(range, 'high − low');
  const values = new Float32Array(n);
  for (let i = 0; i < n; i++) values[i] = fma(draw24(twister), range, bottom);
  return values;
}

/** n doubles of 53 random bits in [low, high), as `uniform_` fills a float64 tensor. */
export function uniform64(twister: MersenneTwister, n: number, low = 0, high = 1): Float64Array {
  checkCount(n, 'n');
  checkFinite(low, 'low');
  checkFinite(high, 'high');
  checkOrder(low, high);
  checkFinite(high - low, 'high − low');
  const values = new Float64Array(n);
  for (let i = 0; i < n; i++) values[i] = draw53(twister) * (high - low) + low;
  return values;
}

function checkOrder(low: number, high: number): void {
  if (low > high) throw new RangeError(`Expected low to be at most high, got low ${low} and high ${high}`);
}
