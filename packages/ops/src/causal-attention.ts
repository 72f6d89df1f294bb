// Causal attention: every position looks back at itself and what came before, never ahead.
import {
  add,
  matMul,
  mul,
  reshape,
  softmax,
  sub,
  sum,
  type Tensor,
  type Tensor4D,
  tensor2d,
} from '@tensorflow/tfjs-core';
import { type BernoulliGenerator, dropoutMask } from './dropout.ts';
import { withGradient } from './with-gradient.ts';

export type CausalAttentionOptions = {
  /** Added to the scores before the softmax, [heads, time, keys]: ALiBi, relative positions. */
  readonly bias?: Tensor;
  /**
   * Added as well, but constant: 0 where a query may look and -Infinity where not, [batch, 1, time, keys] or any shape
   * that spreads to the scores'. Every query must keep one key at least.
   */
  readonly mask?: Tensor;
  /** How many keys a query sees, its own among them; all that came before when left out. */
  readonly window?: number;
  /** Drops attention weights, for training. */
  readonly dropout?: { readonly rate: number; readonly generator: BernoulliGenerator };
};

/**
 * `softmax(q kᵀ / √headDim + bias + mask) v`, the mask being -Infinity also for keys later than the query and for those
 * that its window leaves behind: their weights are exactly 0. Vaswani et al. 2017, https://arxiv.org/abs/1706.03762.
 *
 * Several query heads in a row may share one head of keys and values: with 4 and 2, heads 0 and 1 look at the first.
 * Ainslie et al. 2023, https://arxiv.org/abs/2305.13245; with a single one, Shazeer 2019, https://arxiv.org/abs/1911.02150.
 *
 * There may be more keys than queries, when earlier ones come from a cache: the last query stands at the last key.
 *
 * @param query [batch, heads, time, headDim]
 * @param key [batch, keyHeads, keys, headDim], keyHeads dividing heads
 * @param value [batch, keyHeads, keys, valueDim]
 * @returns [batch, heads, time, valueDim]
 * @throws RangeError if there are fewer keys than queries, keyHeads does not divide heads, the window is not a whole
 *   number above 0, or the dropout rate is not between 0 and 1
 */
export function causalAttention(
  query: Tensor4D,
  key: Tensor4D,
  value: Tensor4D,
  { bias, mask, window, dropout }: CausalAttentionOptions = {},
): Tensor4D {
  const [batch, heads, time, headDim] = query.shape;
  const [, keyHeads, keys] = key.shape;
  check(query, key, window);
  const scale = 1 / Math.sqrt(headDim);
  const grid: [number, number, number, number] = [batch, heads, time, keys];
  // Queries that share a head of keys stand below one another: one product serves them, and its gradient sums over them.
  const stack = (x: Tensor): Tensor4D => reshape(x, [batch, keyHeads, (heads / keyHeads) * time, x.shape[3] as number]);
  return withGradient(
    bias ? [query, key, value, bias] : [query, key, value],
    () => {
      const scaled = stack(mul(query, scale));
      let scores = add(reshape(matMul(scaled, key, false, true), grid), causalMask(time, keys, window));
      if (bias) scores = add(scores, bias);
      if (mask) scores = add(scores, mask);
      const weights = softmax(scores); // [batch, heads, time, keys]
      const thinned = dropout && dropout.rate !== 0 ? dropoutMask(grid, dropout.rate, dropout.generator) : undefined;
      const gathered = matMul(stack(thinned ? mul(weights, thinned) : weights), value);
      const output = reshape(gathered, [batch, heads, time, value.shape[3]]) as Tensor4D;
      return { value: output, saved: [scaled, key, value, weights, ...(thinned ? [thinned] : [])] as Tensor[] };
    },
    (dy, [scaled, key, value, weights, thinned]) => {
      const dGathered = stack(dy);
      const dValue = matMul(stack(thinned ? mul(weights, thinned) : weights), dGathered, true);
      const dKept = reshape(matMul(dGathered, value, false, true), grid);
      const dWeights = mul(thinned ? mul(dKept, thinned) : dKept, weights); // dW ∘ W, then softmax's gradient
      const dScores = sub(dWeights, mul(weights, sum(dWeights, -1, true))); // [batch, heads, time, keys]
      const dQuery = mul(reshape(matMul(stack(dScores), key), query.shape), scale);
      const dKey = matMul(stack(dScores), scaled, true);
      return bias ? [dQuery, dKey, dValue, sum(dScores, 0)] : [dQuery, dKey, dValue];
    },
  );
}

function check({ shape: [, heads, time] }: Tensor4D, { shape: [, keyHeads, keys] }: Tensor4D, window = 1): void {
  if (keys < time) throw new RangeError(`Expected at least as many keys as queries, got ${keys} keys, ${time} queries`);
  if (heads % keyHeads !== 0) {
    throw new RangeError(`Expected key and value heads that divide the ${heads} query heads, got ${keyHeads}`);
  }
  if (!Number.isSafeInteger(window) || window < 1) {
    throw new RangeError(`Expected a window of at least 1 key, got ${window}: leave it out to see all keys`);
  }
}

/** [time, keys]: 0 where a query may look, -Infinity where the key comes later or lies behind the window. */
function causalMask(time: number, keys: number, window = keys): Tensor {
  const mask = new Float32Array(time * keys);
  for (let t = 0; t < time; t++) {
    const place = t + keys - time;
    mask.fill(Number.NEGATIVE_INFINITY, t * keys, t * keys + Math.max(place - window + 1, 0));
    mask.fill(Number.NEGATIVE_INFINITY, t * keys + place + 1, (t + 1) * keys);
  }
  return tensor2d(mask, [time, keys]);
}
