// Causal attention: every position looks back at itself and what came before, never ahead.
import { add, matMul, mul, softmax, sub, sum, type Tensor, type Tensor4D, tensor2d } from '@tensorflow/tfjs-core';
import { type BernoulliGenerator, dropoutMask } from './dropout.ts';
import { withGradient } from './with-gradient.ts';

export type CausalAttentionOptions = {
  /** Added to the scores before the softmax, [heads, time, keys]: ALiBi, relative positions. */
  readonly bias?: Tensor;
  /** Drops attention weights, for training. */
  readonly dropout?: { readonly rate: number; readonly generator: BernoulliGenerator };
};

/**
 * `softmax(q kᵀ / √headDim + bias + mask) v`, the mask being -Infinity for keys later than the query, so that their
 * weights are exactly 0. Vaswani et al. 2017, https://arxiv.org/abs/1706.03762.
 *
 * There may be more keys than queries, when earlier ones come from a cache: the last query stands at the last key.
 *
 * @param query [batch, heads, time, headDim]
 * @param key [batch, heads, keys, headDim]
 * @param value [batch, heads, keys, headDim]
 * @returns [batch, heads, time, headDim]
 * @throws RangeError if there are fewer keys than queries, or the dropout rate is not between 0 and 1
 */
export function causalAttention(
  query: Tensor4D,
  key: Tensor4D,
  value: Tensor4D,
  { bias, dropout }: CausalAttentionOptions = {},
): Tensor4D {
  const [batch, heads, time, headDim] = query.shape;
  const keys = key.shape[2];
  if (keys < time) throw new RangeError(`Expected at least as many keys as queries, got ${keys} keys, ${time} queries`);
  const scale = 1 / Math.sqrt(headDim);
  return withGradient(
    bias ? [query, key, value, bias] : [query, key, value],
    () => {
      const scaled = mul(query, scale) as Tensor4D;
      const scores = add(matMul(scaled, key, false, true), causalMask(time, keys)); // [batch, heads, time, keys]
      const weights = softmax(bias ? add(scores, bias) : scores);
      const mask =
        dropout && dropout.rate !== 0
          ? dropoutMask([batch, heads, time, keys], dropout.rate, dropout.generator)
          : undefined;
      const output = matMul(mask ? mul(weights, mask) : weights, value) as Tensor4D;
      return { value: output, saved: [scaled, key, value, weights, ...(mask ? [mask] : [])] as Tensor[] };
    },
    (dy, [scaled, key, value, weights, mask]) => {
      const dValue = matMul(mask ? mul(weights, mask) : weights, dy, true);
      const dKept = matMul(dy, value, false, true);
      const dWeights = mul(mask ? mul(dKept, mask) : dKept, weights); // dW ∘ W, then softmax's gradient
      const dScores = sub(dWeights, mul(weights, sum(dWeights, -1, true))); // [batch, heads, time, keys]
      const dQuery = mul(matMul(dScores, key), scale);
      const dKey = matMul(dScores, scaled, true);
      return bias ? [dQuery, dKey, dValue, sum(dScores, 0)] : [dQuery, dKey, dValue];
    },
  );
}

/** [time, keys]: 0 where a query may look, -Infinity where the key comes later. */
function causalMask(time: number, keys: number): Tensor {
  const mask = new Float32Array(time * keys);
  for (let t = 0; t < time; t++) mask.fill(Number.NEGATIVE_INFINITY, t * keys + t + keys - time + 1, (t + 1) * keys);
  return tensor2d(mask, [time, keys]);
}
