// A generator: one stream of numbers with every way to draw from it, as torch.Generator has on the CPU.
import { bernoulli, bernoulliEach } from './bernoulli.ts';
import { exponential } from './exponential.ts';
import { type IntegerOptions, integers, integers64, nonNegative64, permutation } from './integers.ts';
import { draw, draw64, mersenneTwister, seedTwister } from './mersenne-twister.ts';
import { type MultinomialOptions, multinomial, multinomialRows } from './multinomial.ts';
import { type NormalSource, normal, normal64 } from './normal.ts';
import { defaultSeed, type Seed, toUint64 } from './seed.ts';
import { checkState, type GeneratorState } from './state.ts';
import { uniform, uniform64 } from './uniform.ts';

/** Every method takes the next numbers of the stream, and as many of them as PyTorch takes. */
export interface Generator {
  /** The next 32 bits of the stream, 0 to 2^32 − 1. */
  random(): number;
  /** The next 64 bits of the stream. */
  random64(): bigint;

  /** n float32 in [low, high), by default [0, 1): `torch.rand`, `uniform_`. */
  uniform(n: number, low?: number, high?: number): Float32Array;
  /** n doubles in [low, high), by default [0, 1). */
  uniform64(n: number, low?: number, high?: number): Float64Array;
  /** n float32, by default of mean 0 and standard deviation 1: `torch.randn`, `normal_`. */
  normal(n: number, mean?: number, std?: number): Float32Array;
  /** n doubles, by default of mean 0 and standard deviation 1; PyTorch's to 2 units in the last place. */
  normal64(n: number, mean?: number, std?: number): Float64Array;
  /** n float32 with density λ·exp(−λx): `exponential_`. */
  exponential(n: number, lambda?: number): Float32Array;

  /** n integers in [low, high) that fit an int32: `torch.randint`. */
  integers(n: number, low: number, high: number, options?: IntegerOptions): Int32Array;
  /** n integers in [low, high) that fit an int64: `torch.randint`. */
  integers64(n: number, low: number | bigint, high: number | bigint, options?: IntegerOptions): BigInt64Array;
  /** n integers from 0 to 2^63 − 1: `random_` on int64. */
  nonNegative64(n: number): BigInt64Array;
  /** The numbers 0 to n − 1 in random order: `torch.randperm`. */
  permutation(n: number): Int32Array;

  /** n ones and zeros, ones with probability p: `bernoulli_(p)`, and dropout's mask with p = 1 − rate. */
  bernoulli(n: number, p: number): Uint8Array;
  /** A one or a zero for each probability: `torch.bernoulli(tensor)`. */
  bernoulliEach(probabilities: ArrayLike<number>): Uint8Array;
  /** n indices in proportion to weights: `torch.multinomial`. */
  multinomial(weights: ArrayLike<number>, n: number, options?: MultinomialOptions): Int32Array;
  /** weights [rows, categories] → indices [rows, n], both flat. */
  multinomialRows(weights: ArrayLike<number>, rows: number, n: number, options?: MultinomialOptions): Int32Array;

  /** Starts this generator anew, and forgets its waiting normal. */
  manualSeed(seed: Seed): Generator;
  /** Another generator of the same kind; this one is left where it is. */
  spawn(seed: Seed): Generator;
  /** All that the next numbers depend on, as plain JSON. */
  state(): GeneratorState;
  /** Goes back to a saved state. A state that is not whole throws and changes nothing. */
  restore(state: GeneratorState): void;
}

/**
 * A generator that gives the numbers of PyTorch's CPU generator after `torch.manual_seed(seed)`.
 *
 * `manualSeed(42).normal(3)` → 0.33669036626815796, 0.12880940735340118, 0.23446236550807953
 *
 * @param seed a whole number; without one, the seed of a torch.Generator that was given none
 * @throws TypeError or RangeError if the seed is not a whole number from −2^63 to 2^64 − 1
 */
export function manualSeed(seed: Seed = defaultSeed): Generator {
  let current = toUint64(seed);
  const twister = mersenneTwister(current);
  const source: NormalSource = { twister, spare: null };

  const generator: Generator = {
    random: () => draw(twister),
    random64: () => draw64(twister),

    uniform: (n, low, high) => uniform(twister, n, low, high),
    uniform64: (n, low, high) => uniform64(twister, n, low, high),
    normal: (n, mean, std) => normal(source, n, mean, std),
    normal64: (n, mean, std) => normal64(source, n, mean, std),
    exponential: (n, lambda) => exponential(twister, n, lambda),

    integers: (n, low, high, options) => integers(twister, n, low, high, options),
    integers64: (n, low, high, options) => integers64(twister, n, low, high, options),
    nonNegative64: (n) => nonNegative64(twister, n),
    permutation: (n) => permutation(twister, n),

    bernoulli: (n, p) => bernoulli(twister, n, p),
    bernoulliEach: (probabilities) => bernoulliEach(twister, probabilities),
    multinomial: (weights, n, options) => multinomial(twister, weights, n, options),
    multinomialRows: (weights, rows, n, options) => multinomialRows(twister, weights, rows, n, options),

    manualSeed(next) {
      current = toUint64(next);
      seedTwister(twister, current);
      source.spare = null;
      return generator;
    },
    spawn: manualSeed,
    state: () => ({
      kind: 'mt19937',
      seed: current.toString(),
      words: Array.from(twister.words),
      position: twister.position,
      spare: source.spare,
    }),
    restore(saved) {
      const state = checkState(saved);
      current = BigInt(state.seed);
      twister.words.set(state.words);
      twister.position = state.position;
      source.spare = state.spare;
    },
  };
  return generator;
}
