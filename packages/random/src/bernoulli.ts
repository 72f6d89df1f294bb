// Coin flips: one probability for all, or one for each. Dropout keeps a value where a flip gives 1.
import { checkCount, checkProbability } from './checks.ts';
import { draw24, draw53, type MersenneTwister } from './mersenne-twister.ts';

/** n values, 1 with probability p and else 0, as `tensor.bernoulli_(p)`. Dropout draws its mask so, with p = 1 − rate. */
export function bernoulli(twister: MersenneTwister, n: number, p: number): Uint8Array {
  checkCount(n, 'n');
  checkProbability(p, 'p');
  const flips = new Uint8Array(n);
  for (let i = 0; i < n; i++) flips[i] = draw53(twister) < p ? 1 : 0;
  return flips;
}

/** One value for each probability, as `torch.bernoulli(tensor)` of float32: 24 bits a flip, not 53. */
export function bernoulliEach(twister: MersenneTwister, probabilities: ArrayLike<number>): Uint8Array {
  for (let i = 0; i < probabilities.length; i++) checkProbability(probabilities[i], `probability ${i}`);
  const flips = new Uint8Array(probabilities.length);
  for (let i = 0; i < flips.length; i++) flips[i] = draw24(twister) < Math.fround(probabilities[i]) ? 1 : 0;
  return flips;
}
