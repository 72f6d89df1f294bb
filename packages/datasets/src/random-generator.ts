// What this package asks of a generator of random numbers. @hornbook/random's is one; its stream is PyTorch's.

export interface RandomGenerator {
  /** An unsigned 64-bit number. */
  random64(): bigint;
  /** `n` whole numbers from `low` up to, but not including, `high`. */
  integers(n: number, low: number, high: number): Int32Array;
  /** The numbers from 0 to `n - 1` in a random order. */
  permutation(n: number): Int32Array;
  /** A new generator of the same kind, freshly seeded. */
  spawn(seed: bigint): RandomGenerator;
  /** `n` indices, each in proportion to its weight. Only weighted draws ask for it. */
  multinomial?(weights: ArrayLike<number>, n: number, options: { readonly replacement: boolean }): Int32Array;
  /** All that the next numbers depend on, as plain JSON. Only what is to be resumed asks for it, and for `restore`. */
  state?(): object;
  restore?(state: object): void;
}

/** A generator whose place in its stream can be saved. */
export type RestorableGenerator = RandomGenerator & Required<Pick<RandomGenerator, 'state' | 'restore'>>;

/** @throws TypeError if the generator has no state to save */
export function expectRestorable(generator: RandomGenerator): asserts generator is RestorableGenerator {
  if (typeof generator.state === 'function' && typeof generator.restore === 'function') return;
  throw new TypeError('Expected a generator with state and restore, as manualSeed(42) has, got one without');
}
