// Causal multi-head attention: every place gathers from itself and the places before it.
import { causalAttention, causalSelfAttention } from '@hornbook/ops';
import type { Generator } from '@hornbook/random';
import { reshape, split, type Tensor3D, type Tensor4D, transpose } from '@tensorflow/tfjs-core';
import type { KeyValues } from './key-value-cache.ts';
import { applyLinear, type Linear, linear } from './linear.ts';

export type Attention = {
  /** Queries, keys and values side by side, a head being a slice of each: [embedDim, 3 · embedDim], less where shared. */
  readonly qkv: Linear;
  readonly output: Linear; // [embedDim, embedDim]
};

export type AttendOptions = {
  /** Divides embedDim; each head works on its own embedDim / numHeads numbers. */
  readonly numHeads: number;
  /** Heads of keys and values, dividing numHeads: fewer are shared (grouped), a single one by all (multi-query). */
  readonly numKeyValueHeads?: number;
  /** Turns queries and keys [batch, heads, time, headDim] by their places, as `rotaryPositions` does. */
  readonly rotate?: (x: Tensor4D) => Tensor4D;
  /** Added to the scores: [heads, time, keys], as `alibiBias` and `relativeAttentionBias` make it. */
  readonly bias?: Tensor3D;
  /** Added as well, 0 or -Infinity: [batch, 1, time, time], as `documentMask` makes it. */
  readonly mask?: Tensor4D;
  /** How many places each place sees, itself among them; all before it when left out. */
  readonly window?: number;
  /** Silences attention weights, while training. */
  readonly dropout?: { readonly rate: number; readonly generator: Generator };
  /** Gives keys and values of earlier tokens before the new ones, as `readOn` does: queries look at what it returns. */
  readonly remember?: (keys: Tensor4D, values: Tensor4D) => KeyValues;
};

/** Both layers drawn as PyTorch's nn.Linear draws them; keys and values that are shared need a smaller keyValueDim. */
export function attention(
  generator: Generator,
  embedDim: number,
  { bias = true, keyValueDim = embedDim }: { bias?: boolean; keyValueDim?: number } = {},
): Attention {
  return {
    qkv: linear(generator, embedDim, embedDim + 2 * keyValueDim, { bias }),
    output: linear(generator, embedDim, embedDim, { bias }),
  };
}

/**
 * softmax(q · kᵀ / √headDim + bias, over the places so far) · v for each head, then the output layer.
 * x [batch, time, embedDim] → [batch, time, embedDim]. Vaswani et al. 2017, https://arxiv.org/abs/1706.03762.
 *
 * Positions are the caller's: `attend(layer, x, { numHeads, rotate: rotaryPositions({ layout: 'half' }) })` turns
 * queries and keys, `{ numHeads, bias: alibiBias(numHeads, time) }` leans the scores.
 *
 * @throws RangeError if numHeads does not divide embedDim, or numKeyValueHeads numHeads
 */
export function attend(
  layer: Attention,
  x: Tensor3D,
  { numHeads, numKeyValueHeads = numHeads, rotate, remember, ...scores }: AttendOptions,
): Tensor3D {
  const [batch, time, embedDim] = x.shape;
  const headDim = embedDim / numHeads;
  if (!Number.isInteger(headDim)) {
    throw new RangeError(`Expected a number of heads that divides ${embedDim}, got ${numHeads}`);
  }
  const qkv = applyLinear(layer.qkv, x);
  if (!rotate && !remember) {
    return applyLinear(layer.output, causalSelfAttention(qkv, { numHeads, numKeyValueHeads, ...scores }));
  }
  // One transpose for queries, keys and values together, and of rank 4: tfjs's wasm is slow above it.
  const parts = [numHeads, numKeyValueHeads, numKeyValueHeads];
  const packed = reshape(qkv, [batch, time, numHeads + 2 * numKeyValueHeads, headDim]);
  const [q, k, v] = split(transpose(packed, [0, 2, 1, 3]), parts, 1) as Tensor4D[]; // [batch, heads, time, headDim] each
  const turned = rotate ? rotate(k) : k;
  const { keys, values } = remember ? remember(turned, v) : { keys: turned, values: v };
  const heads = causalAttention(rotate ? rotate(q) : q, keys, values, scores);
  return applyLinear(layer.output, reshape(transpose(heads, [0, 2, 1, 3]), [batch, time, embedDim]) as Tensor3D);
}
