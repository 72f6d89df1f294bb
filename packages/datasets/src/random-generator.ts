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
}
