// Dropout: each number is zeroed with some probability, the others grow to keep the sum.
import { mul, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { hostInput } from './host-input.ts';

/** What dropout needs of a generator: n draws that are 1 with probability p, else 0. */
export type BernoulliGenerator = { bernoulli(n: number, p: number): ArrayLike<number> };

/**
 * `x · mask / keep`, with keep = 1 - rate and mask[i] = 1 with probability keep, drawn in row-major order as PyTorch
 * draws it. A rate of 0 returns `x` itself; 0 and 1 draw nothing. Srivastava et al. 2014.
 *
 * Only for training: where a model is used, leave the call out.
 *
 * @param rate the probability that a number is zeroed
 * @throws RangeError if the rate is not between 0 and 1
 */
export function dropout<T extends Tensor>(x: T, rate: number, generator: BernoulliGenerator): T {
  return rate === 0 ? x : (mul(x, dropoutMask(x.shape, rate, generator)) as T);
}

/** A tensor of 0 and 1/keep, drawn anew wherever a recorded step is run again. */
export function dropoutMask(shape: number[], rate: number, generator: BernoulliGenerator): Tensor {
  if (!(rate >= 0 && rate <= 1)) throw new RangeError(`Expected a dropout rate between 0 and 1, got ${rate}`);
  if (rate === 1) return zeros(shape);
  const keep = 1 - rate;
  const size = shape.reduce((product, length) => product * length, 1);
  const scale = 1 / Math.fround(keep); // PyTorch divides in float32
  return hostInput(() => Float32Array.from(generator.bernoulli(size, keep), (k) => k * scale), shape);
}
