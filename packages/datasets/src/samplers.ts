// Samplers: which examples an epoch has, and in what order.
import { expectPositiveWhole } from './positive-whole.ts';
import type { RandomGenerator } from './random-generator.ts';

/** The indices of each epoch. */
export type Sampler = {
  /** How many indices an epoch has. */
  readonly length: number;
  /** The indices of one epoch, drawn from the loader's generator where that has one. */
  indices(generator?: RandomGenerator): Iterable<number>;
};

/** The indices of each epoch in batches, of one size or not. */
export type BatchSampler = {
  /** How many batches an epoch has. */
  readonly length: number;
  /** The batches of one epoch, drawn from the loader's generator where that has one. */
  batches(generator?: RandomGenerator): Iterable<readonly number[]>;
};

/**
 * `count` indices below `length`, drawn with replacement: PyTorch's `RandomSampler(data, replacement=True,
 * num_samples=count, generator=g)`.
 *
 * @throws RangeError if a number is not a whole number of 1 or more
 */
export function withReplacement(length: number, count = length): Sampler {
  expectPositiveWhole('length', length);
  expectPositiveWhole('count', count);
  return { length: count, indices: (generator) => expectGenerator(generator).integers(count, 0, length) };
}

/**
 * `count` indices, each in proportion to its weight, as to balance classes: PyTorch's `WeightedRandomSampler(weights,
 * count, replacement, generator=g)`. That sums the weights in float64, and `multinomial` here in float32: about one draw in
 * a million falls so close to a limit that it can differ.
 *
 * @throws RangeError if `count` is not a whole number of 1 or more; TypeError, on drawing, if the generator cannot weigh
 */
export function weighted(
  weights: ArrayLike<number>,
  count = weights.length,
  { replacement = true }: { readonly replacement?: boolean } = {},
): Sampler {
  expectPositiveWhole('count', count);
  return {
    length: count,
    indices(generator) {
      const source = expectGenerator(generator);
      if (source.multinomial) return source.multinomial(weights, count, { replacement });
      throw new TypeError('Expected a generator with multinomial, as manualSeed(42) has, got one without');
    },
  };
}

/** @throws TypeError if there is none */
export function expectGenerator(generator?: RandomGenerator): RandomGenerator {
  if (generator) return generator;
  throw new TypeError('Expected a generator to draw with, got none: pass generator: manualSeed(42) to the loader');
}
