// Chooses the next token from the scores of all: temperature, top-k, top-p, min-p, and a draw.
import type { Generator } from '@hornbook/random';

export type SamplingOptions = {
  /** Above 1 evens the probabilities out, below 1 sharpens them; 0 always takes the most probable token. */
  readonly temperature?: number;
  /** Keep only this many of the most probable tokens. */
  readonly topK?: number;
  /** Of those, keep the fewest whose probabilities add up to at least this: nucleus sampling. */
  readonly topP?: number;
  /** Of those, keep the ones that are at least this share as probable as the most probable one. */
  readonly minP?: number;
};

/**
 * Draws an id with the probabilities that `tokenProbabilities` gives, as `torch.multinomial(probabilities, 1)` draws it:
 * the same probabilities and the same generator give PyTorch's id. Temperature 0 draws nothing from the generator.
 *
 * `sampleToken(logits, manualSeed(42), { temperature: 0.8, topK: 40 })`
 *
 * @param logits [vocabSize] scores of any scale; -Infinity rules a token out
 * @throws RangeError if an option is out of its range, or the logits leave nothing to choose from
 */
export function sampleToken(
  logits: Float32Array,
  generator: Pick<Generator, 'multinomial'>,
  options: SamplingOptions = {},
): number {
  const probabilities = tokenProbabilities(logits, options);
  if (options.temperature === 0) return probabilities.indexOf(1);
  return generator.multinomial(probabilities, 1)[0];
}

/**
 * The probability of each token to be drawn: `softmax(logits / temperature)` over those that top-k, then top-p, then
 * min-p leave, each step rounded to float32; 0 for all others. Of equally probable tokens the lower id comes first, so
 * exactly `topK` are left.
 *
 * Logits 4.51 0.89 −1.90 6.75 1.63 −1.62 −1.89 6.28 1.79 with top-k 3 → 0.0615, 0.5775, 0.3610 at places 0, 3, 7.
 *
 * Sources: nucleus sampling (top-p) is Holtzman et al., https://arxiv.org/abs/1904.09751; min-p is Nguyen et al.,
 * https://arxiv.org/abs/2407.01082.
 *
 * @returns [vocabSize], with a sum of 1
 * @throws RangeError as `sampleToken`
 */
export function tokenProbabilities(logits: Float32Array, options: SamplingOptions = {}): Float32Array {
  const { temperature = 1, topK = logits.length, topP = 1, minP = 0 } = options;
  const best = argmax(logits);
  checkOptions(temperature, topK, topP, minP);
  if (temperature === 0) return new Float32Array(logits.length).fill(1, best, best + 1);
  // Taking the maximum off first changes no probability, and a tiny temperature cannot overflow.
  let scores = new Float32Array(logits.length);
  for (let id = 0; id < scores.length; id++) scores[id] = Math.fround(logits[id] - logits[best]) / temperature;
  if (topK < scores.length) scores = keepHighest(scores, scores, topK);
  if (topP < 1) {
    const probabilities = softmax(scores);
    scores = keepHighest(scores, probabilities, nucleusSize(probabilities, topP));
  }
  if (minP > 0) scores = scores.map((score) => (Math.exp(score) >= minP ? score : Number.NEGATIVE_INFINITY));
  return softmax(scores);
}

/** Tokens that are sorted before all are, which takes long for a large vocabulary and is seldom needed. */
const few = 1024;

/** The fewest tokens whose probabilities reach `topP`: the most probable first, and always at least one. */
function nucleusSize(probabilities: Float32Array, topP: number): number {
  let size = 0;
  for (const looked of [few, probabilities.length]) {
    const all = looked >= probabilities.length;
    const least = all ? 0 : nthHighest(probabilities, looked);
    const ascending = probabilities.filter((probability) => probability >= least).sort();
    let total = 0;
    for (size = 0; total < topP && size < ascending.length; size++) total += ascending[ascending.length - 1 - size];
    if (total >= topP) break;
  }
  return size;
}

/** The scores of the `count` ids whose values are the highest, of equal ones the lower ids; -Infinity for the others. */
function keepHighest(scores: Float32Array, values: Float32Array, count: number): Float32Array<ArrayBuffer> {
  const threshold = nthHighest(values, count);
  let equal = count;
  for (let id = 0; id < values.length; id++) if (values[id] > threshold) equal--;
  const kept = new Float32Array(scores.length).fill(Number.NEGATIVE_INFINITY);
  for (let id = 0; id < scores.length; id++) {
    if (values[id] > threshold || (values[id] === threshold && equal-- > 0)) kept[id] = scores[id];
  }
  return kept;
}

/** The value at place n of all in descending order, n from 1 on, without sorting them. Hoare's "find", 1961. */
function nthHighest(values: Float32Array, n: number): number {
  const parts = values.slice();
  let [low, high] = [0, parts.length - 1];
  while (low < high) {
    const pivot = parts[(low + high) >> 1];
    let [i, j] = [low, high];
    while (i <= j) {
      while (parts[i] > pivot) i++;
      while (parts[j] < pivot) j--;
      if (i > j) break;
      const one = parts[i];
      parts[i++] = parts[j];
      parts[j--] = one;
    }
    if (n - 1 <= j) high = j;
    else if (n - 1 >= i) low = i;
    else break;
  }
  return parts[n - 1];
}

/** exp(x) / Σ exp(x), for scores whose maximum is 0. */
function softmax(scores: Float32Array): Float32Array {
  const shares = new Float32Array(scores.length);
  let total = 0;
  for (let id = 0; id < shares.length; id++) {
    shares[id] = Math.exp(scores[id]);
    total = Math.fround(total + shares[id]);
  }
  for (let id = 0; id < shares.length; id++) shares[id] /= total;
  return shares;
}

/** The first id of the highest logit. */
function argmax(logits: Float32Array): number {
  let best = 0;
  for (let id = 0; id < logits.length; id++) {
    if (Number.isNaN(logits[id]) || logits[id] === Number.POSITIVE_INFINITY) {
      throw new RangeError(`Expected logits below infinity, got ${logits[id]} for id ${id}: has training diverged?`);
    }
    if (logits[id] > logits[best]) best = id;
  }
  if (logits.length === 0 || logits[best] === Number.NEGATIVE_INFINITY) {
    throw new RangeError(`Expected a logit above -Infinity, got none among ${logits.length}`);
  }
  return best;
}

function checkOptions(temperature: number, topK: number, topP: number, minP: number): void {
  if (!(temperature >= 0 && temperature < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`Expected temperature from 0 up, got ${temperature}: 1 keeps the model's probabilities`);
  }
  if (!Number.isSafeInteger(topK) || topK < 1) {
    throw new RangeError(`Expected topK to be a whole number of 1 or more, got ${topK}: 1 keeps only the best token`);
  }
  if (!(topP > 0 && topP <= 1)) throw new RangeError(`Expected topP above 0 and at most 1, got ${topP}: 1 keeps all`);
  if (!(minP >= 0 && minP <= 1)) throw new RangeError(`Expected minP from 0 to 1, got ${minP}: 0 keeps all`);
}
