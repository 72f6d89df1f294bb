// Causal attention in ordinary operations.
import {
  add,
  matMul,
  mul,
  reshape,
  softmax,
  split,
  sub,
  sum,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
  tensor2d,
  transpose,
} from '@tensorflow/tfjs-core';
import type { SeedGenerator } from '../dropout.ts';
import { attentionMask } from '../dropout-mask.ts';
import { hostInput } from '../host-input.ts';
import type { CausalSelfAttentionAttributes } from '../kernel-names.ts';
import { withGradient } from '../with-gradient.ts';

/** What is added to the scores, and what drops weights. */
export type ScoreParts = {
  readonly bias?: Tensor;
  readonly mask?: Tensor;
  readonly dropout?: { readonly rate: number; readonly generator: SeedGenerator };
};

export function plainCausalAttention(
  query: Tensor4D,
  key: Tensor4D,
  value: Tensor4D,
  { bias, mask, dropout }: ScoreParts,
  window: number,
): Tensor4D {
  const [batch, heads, time, headDim] = query.shape;
  const [, keyHeads, keys] = key.shape;
  const scale = 1 / Math.sqrt(headDim);
  const grid: [number, number, number, number] = [batch, heads, time, keys];
  const kept = dropout && hostInput(() => attentionMask(grid, dropout.generator.random(), dropout.rate), grid);
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
      const gathered = matMul(stack(kept ? mul(weights, kept) : weights), value);
      const output = reshape(gathered, [batch, heads, time, value.shape[3]]) as Tensor4D;
      return { value: output, saved: [scaled, key, value, weights, ...(kept ? [kept] : [])] as Tensor[] };
    },
    (dy, [scaled, key, value, weights, kept]) => {
      const dGathered = stack(dy);
      const dValue = matMul(stack(kept ? mul(weights, kept) : weights), dGathered, true);
      const dKept = reshape(matMul(dGathered, value, false, true), grid);
      const dWeights = mul(kept ? mul(dKept, kept) : dKept, weights); // dW ∘ W, then softmax's gradient
      const dScores = sub(dWeights, mul(weights, sum(dWeights, -1, true))); // [batch, heads, time, keys]
      const dQuery = mul(reshape(matMul(stack(dScores), key), query.shape), scale);
      const dKey = matMul(stack(dScores), scaled, true);
      return bias ? [dQuery, dKey, dValue, sum(dScores, 0)] : [dQuery, dKey, dValue];
    },
  );
}

export function plainCausalSelfAttention(
  qkv: Tensor3D,
  scores: ScoreParts,
  { numHeads, numKeyValueHeads, window }: CausalSelfAttentionAttributes,
): Tensor3D {
  const [batch, time, width] = qkv.shape;
  const headDim = width / (numHeads + 2 * numKeyValueHeads);
  // One transpose for queries, keys and values together, and of rank 4: tfjs's wasm is slow above it.
  const heads = transpose(reshape(qkv, [batch, time, numHeads + 2 * numKeyValueHeads, headDim]), [0, 2, 1, 3]);
  const [q, k, v] = split(heads, [numHeads, numKeyValueHeads, numKeyValueHeads], 1) as Tensor4D[];
  const output = plainCausalAttention(q, k, v, scores, window);
  return reshape(transpose(output, [0, 2, 1, 3]), [batch, time, numHeads * headDim]) as Tensor3D;
}

/** [time, keys]: 0 where a query may look, -Infinity where the key comes later or lies behind the window. */
function causalMask(time: number, keys: number, window: number): Tensor {
  const mask = new Float32Array(time * keys);
  for (let t = 0; t < time; t++) {
    const place = t + keys - time;
    mask.fill(Number.NEGATIVE_INFINITY, t * keys, t * keys + Math.max(place - window + 1, 0));
    mask.fill(Number.NEGATIVE_INFINITY, t * keys + place + 1, (t + 1) * keys);
  }
  return tensor2d(mask, [time, keys]);
}
