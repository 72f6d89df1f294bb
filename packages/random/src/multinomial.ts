// Indices drawn in proportion to weights, by either of PyTorch's two routes.
import { checkCount, describe } from './checks.ts';
import { exponential } from './exponential.ts';
import { draw53, type MersenneTwister } from './mersenne-twister.ts';

/**
 * `cumulative` looks one uniform number a draw up in the running sum of the weights. `argmax` divides each weight by an
 * exponential number of its own and takes the largest quotients: the only route without replacement, and the one that
 * newer PyTorch takes for a single draw even with replacement.
 */
export type MultinomialRoute = 'cumulative' | 'argmax';

export type MultinomialOptions = {
  /** May an index be drawn twice? No by default. */
  readonly replacement?: boolean;
  /** By default `cumulative` with replacement and `argmax` without. */
  readonly route?: MultinomialRoute;
};

/**
 * n indices, each drawn with probability weight / sum of weights, as `torch.multinomial(weights, n, replacement)`.
 *
 * @param weights numbers from 0 on, of any sum; rounded to float32 first
 * @throws RangeError if a weight is negative or not finite, if all are 0, or if n exceeds the weights above 0 without
 * replacement
 */
export function multinomial(
  twister: MersenneTwister,
  weights: ArrayLike<number>,
  n: number,
  options: MultinomialOptions = {},
): Int32Array {
  return multinomialRows(twister, weights, 1, n, options);
}

/**
 * The same for each row of a matrix: weights [rows, categories] → indices [rows, n], both flat and row by row.
 *
 * @throws RangeError as `multinomial`, or if the weights do not make so many rows
 */
export function multinomialRows(
  twister: MersenneTwister,
  weights: ArrayLike<number>,
  rows: number,
  n: number,
  { replacement = false, route = replacement ? 'cumulative' : 'argmax' }: MultinomialOptions = {},
): Int32Array {
  checkCount(n, 'n');
  checkCount(rows, 'rows');
  checkRoute(route, replacement, n);
  const width = weights.length / rows;
  if (!Number.isInteger(width) || width === 0) {
    throw new RangeError(`Expected weights for each of ${rows} rows of one length, got ${weights.length} weights`);
  }
  const matrix = new Float32Array(weights);
  for (let row = 0; row < rows; row++) {
    checkWeights(matrix.subarray(row * width, (row + 1) * width), replacement ? 1 : n);
  }
  const chosen = new Int32Array(rows * n);
  if (route === 'argmax' && n === 1) {
    for (let row = 0; row < rows; row++)
      chosen[row] = quickest(twister, matrix.subarray(row * width, (row + 1) * width));
    return chosen;
  }
  if (route === 'argmax') divide(matrix, exponential(twister, matrix.length));
  for (let row = 0; row < rows; row++) {
    const values = matrix.subarray(row * width, (row + 1) * width);
    const indices = chosen.subarray(row * n, (row + 1) * n);
    if (route === 'argmax') largest(values, indices);
    else lookUp(twister, accumulate(values), indices);
  }
  return chosen;
}

/** Weights become their running sum, all in float32, scaled so that the last is 1. */
function accumulate(values: Float32Array): Float32Array {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    sum = Math.fround(sum + values[i]);
    values[i] = sum;
  }
  for (let i = 0; i < values.length; i++) values[i] /= sum;
  return values;
}

function lookUp(twister: MersenneTwister, cumulative: Float32Array, indices: Int32Array): void {
  for (let i = 0; i < indices.length; i++) {
    const u = draw53(twister);
    let from = 0;
    let to = cumulative.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (cumulative[middle] < u) from = middle + 1;
      else to = middle;
    }
    indices[i] = from;
  }
}

function divide(values: Float32Array, divisors: Float32Array): void {
  for (let i = 0; i < values.length; i++) values[i] /= divisors[i];
}

/** Indices of the largest values, the largest first. */
function largest(values: Float32Array, indices: Int32Array): void {
  const order = Int32Array.from(values.keys()).sort((a, b) => values[b] - values[a]);
  indices.set(order.subarray(0, indices.length));
}

/** Further from 1 than the roundings of exponential number and quotient, where these are no denormals. */
const [margin, least] = [1 + 2 ** -20, 2 ** -100];

/**
 * The index of the largest quotient, as for the next token of a text. An exponential number -ln(1 − u) is at least u, so the
 * quotient is at most weight / u: for nearly all that is less than the best so far, and their logarithms are never taken.
 */
function quickest(twister: MersenneTwister, weights: Float32Array): number {
  let best = -1;
  let index = 0;
  for (let i = 0; i < weights.length; i++) {
    const u = draw53(twister);
    const weight = weights[i];
    if (best > least && weight * margin < best * u) continue;
    const quotient = Math.fround(weight / Math.fround(-Math.log(1 - u)));
    if (!(quotient > best)) continue;
    best = quotient;
    index = i;
  }
  return index;
}

function checkRoute(route: MultinomialRoute, replacement: boolean, n: number): void {
  if (route !== 'cumulative' && route !== 'argmax') {
    throw new RangeError(`Expected route to be 'cumulative' or 'argmax', got ${describe(route)}`);
  }
  if (route === 'cumulative' && !replacement) {
    throw new RangeError("Expected route 'argmax' without replacement, got 'cumulative'");
  }
  if (route === 'argmax' && replacement && n > 1) {
    throw new RangeError(`Expected 1 draw by route 'argmax' with replacement, got ${n}: use 'cumulative'`);
  }
}

function checkWeights(weights: Float32Array, needed: number): void {
  let positive = 0;
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    if (!(weights[i] >= 0 && weights[i] < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`Expected weights from 0 to 3.4e38, got ${weights[i]} at place ${i}`);
    }
    if (weights[i] > 0) positive++;
    sum = Math.fround(sum + weights[i]);
  }
  if (positive === 0) throw new RangeError(`Expected a weight above 0, got ${weights.length} weights that are all 0`);
  if (sum === Number.POSITIVE_INFINITY) {
    throw new RangeError('Expected weights with a sum of at most 3.4e38, got a larger one: scale them down');
  }
  if (needed > positive) {
    throw new RangeError(
      `Expected at most ${positive} draws without replacement, one for each weight above 0, got ${needed}`,
    );
  }
}
