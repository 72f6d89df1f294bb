// Softmax and cross-entropy in numbers of 32 bits, as the formula stands and with care, to be set side by side.

export type Softmax = {
  /** e to the power of each score, or of its distance to the largest. */
  readonly powers: readonly number[];
  readonly probabilities: readonly number[];
  /** −ln of each token's probability: the loss if that token came. */
  readonly losses: readonly number[];
};

/** p_i = e^z_i / Σ e^z_j. Infinity from a score of 89 on, and then NaN. */
export function naiveSoftmax(scores: readonly number[]): Softmax {
  const powers = scores.map((score) => Math.fround(Math.exp(Math.fround(score))));
  const total = sum(powers);
  const probabilities = powers.map((power) => Math.fround(power / total));
  return { powers, probabilities, losses: probabilities.map((p) => Math.fround(-Math.log(p))) };
}

/** The same with the largest score taken off first; the loss from the logarithm of the sum, which is never that of 0. */
export function stableSoftmax(scores: readonly number[]): Softmax {
  const largest = Math.max(...scores);
  const distances = scores.map((score) => Math.fround(score - largest));
  const powers = distances.map((distance) => Math.fround(Math.exp(distance)));
  const total = sum(powers);
  const logTotal = Math.fround(Math.log(total));
  return {
    powers,
    probabilities: powers.map((power) => Math.fround(power / total)),
    losses: distances.map((distance) => Math.fround(logTotal - distance)),
  };
}

/** What training sees: p_i, minus 1 for the answer. */
export function gradient(probabilities: readonly number[], answer: number): number[] {
  return probabilities.map((p, i) => (i === answer ? p - 1 : p));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => Math.fround(total + value));
}
