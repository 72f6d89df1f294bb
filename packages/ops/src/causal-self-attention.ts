// Causal attention of a row with itself, straight from queries, keys and values that lie side by side.
import type { Tensor3D } from '@tensorflow/tfjs-core';
import { fusedAttention, scoreParts } from './attention-kernels.ts';
import { type CausalAttentionOptions, checkWindow } from './causal-attention.ts';
import { hasKernels } from './fused-op.ts';
import { CausalSelfAttention, type CausalSelfAttentionAttributes } from './kernel-names.ts';
import { plainCausalSelfAttention } from './plain/causal-attention.ts';

export type CausalSelfAttentionOptions = CausalAttentionOptions & {
  readonly numHeads: number;
  /** Heads of keys and values, dividing numHeads; as many when left out. */
  readonly numKeyValueHeads?: number;
};

/**
 * `causalAttention` without taking the heads apart and putting them together again: a row of qkv holds the queries of all
 * heads, then their keys, then their values, each headDim wide, as GPT-2's one matrix gives them.
 *
 * @param qkv [batch, time, (numHeads + 2 numKeyValueHeads) · headDim]
 * @returns [batch, time, numHeads · headDim]
 * @throws RangeError if the width is not that of so many heads, or as causalAttention does
 */
export function causalSelfAttention(
  qkv: Tensor3D,
  { numHeads, numKeyValueHeads = numHeads, bias, mask, window, dropout }: CausalSelfAttentionOptions,
): Tensor3D {
  const [batch, time, width] = qkv.shape;
  const parts = numHeads + 2 * numKeyValueHeads;
  checkWindow(window);
  if (numHeads % numKeyValueHeads !== 0) {
    throw new RangeError(
      `Expected key and value heads that divide the ${numHeads} query heads, got ${numKeyValueHeads}`,
    );
  }
  if (width % parts !== 0) throw new RangeError(`Expected rows of ${parts} heads, got ${width} numbers`);
  const scores = scoreParts([batch, numHeads, time, time], { bias, mask, dropout });
  const attributes: CausalSelfAttentionAttributes = {
    ...{ numHeads, numKeyValueHeads },
    ...{ window: window ?? time, rate: scores.dropout?.rate },
  };
  if (!hasKernels(CausalSelfAttention, qkv)) return plainCausalSelfAttention(qkv, scores, attributes);
  return fusedAttention(CausalSelfAttention, { qkv }, scores, attributes);
}
