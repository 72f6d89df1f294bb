// Exponentially distributed numbers.
import { checkCount, checkFinite } from './checks.ts';
import { draw53, type MersenneTwister } from './mersenne-twister.ts';

/** n float32 with density λ·exp(−λx), as `tensor.exponential_(lambda)`: −ln(1 − u)/λ in double, then rounded. */
export function exponential(twister: MersenneTwister, n: number, lambda = 1): Float32Array {
  checkCount(n, 'n');
  checkFinite(lambda, 'lambda');
  if (lambda <= 0) throw new RangeError(`Expected lambda to be greater than 0, got ${lambda}`);
  const values = new Float32Array(n);
  for (let i = 0; i < n; i++) values[i] = (-1 / lambda) * Math.log(1 - draw53(twister));
  return values;
}
