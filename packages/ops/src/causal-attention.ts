// Causal attention: every position looks back at itself and what came before, never ahead.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { fusedAttention, scoreParts } from './attention-kernels.ts';
import type { SeedGenerator } from './dropout.ts';
import { hasKernels } from './fused-op.ts';
import { CausalAttention, type CausalAttentionAttributes } from './kernel-names.ts';
import { plainCausalAttention } from './plain/causal-attention.ts';

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
  /**
   * Drops attention weights as `dropout` drops numbers, for training. The weight of a key has 16 bits of
   * `philox([⌊key/8⌋, query, head, batch], [seed, 0])`, the (key mod 8)-th.
   */
  readonly dropout?: { readonly rate: number; readonly generator: SeedGenerator };
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
  check(query, key, window);
  const [batch, heads, time] = query.shape;
  const keys = key.shape[2];
  const parts = scoreParts([batch, heads, time, keys], { bias, mask, dropout });
  const attributes: CausalAttentionAttributes = { window: window ?? keys, rate: parts.dropout?.rate };
  if (!hasKernels(CausalAttention, query, key, value)) {
    return plainCausalAttention(query, key, value, parts, attributes.window);
  }
  return fusedAttention(CausalAttention, { query, key, value }, parts, attributes);
}

function check({ shape: [, heads, time] }: Tensor4D, { shape: [, keyHeads, keys] }: Tensor4D, window?: number): void {
  if (keys < time) throw new RangeError(`Expected at least as many keys as queries, got ${keys} keys, ${time} queries`);
  if (heads % keyHeads !== 0) {
    throw new RangeError(`Expected key and value heads that divide the ${heads} query heads, got ${keyHeads}`);
  }
  checkWindow(window);
}

export function checkWindow(window = 1): void {
  if (!Number.isSafeInteger(window) || window < 1) {
    throw new RangeError(`Expected a window of at least 1 key, got ${window}: leave it out to see all keys`);
  }
}
