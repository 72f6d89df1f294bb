// Causal multi-head attention: every place gathers from itself and the places before it.
import { causalAttention } from '@hornbook/ops';
import type { Generator } from '@hornbook/random';
import { reshape, split, type Tensor3D, type Tensor4D, transpose } from '@tensorflow/tfjs-core';
import { applyLinear, type Linear, linear } from './linear.ts';

export type Attention = {
  readonly qkv: Linear; // [embedDim, 3 · embedDim]: queries, keys and values side by side; a head is a slice of each
  readonly output: Linear; // [embedDim, embedDim]
};

export type AttendOptions = {
  /** Divides embedDim; each head works on its own embedDim / numHeads numbers. */
  readonly numHeads: number;
  /** Turns queries and keys [batch, heads, time, headDim] by their places, as `rotaryPositions` does. */
  readonly rotate?: (x: Tensor4D) => Tensor4D;
  /** Added to the scores: [heads, time, time], as `alibiBias` and `relativeAttentionBias` make it. */
  readonly bias?: Tensor3D;
  /** Silences attention weights, while training. */
  readonly dropout?: { readonly rate: number; readonly generator: Generator };
};

/** Both layers drawn as PyTorch's nn.Linear draws them. */
export function attention(generator: Generator, embedDim: number, { bias = true }: { bias?: boolean } = {}): Attention {
  return {
    qkv: linear(generator, embedDim, 3 * embedDim, { bias }),
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
 * @throws RangeError if numHeads does not divide embedDim
 */
export function attend(
  layer: Attention,
  x: Tensor3D,
  { numHeads, rotate = unturned, bias, dropout }: AttendOptions,
): Tensor3D {
  const [batch, time, embedDim] = x.shape;
  const headDim = embedDim / numHeads;
  if (!Number.isInteger(headDim)) {
    throw new RangeError(`Expected a number of heads that divides ${embedDim}, got ${numHeads}`);
  }
  // One transpose for queries, keys and values together, and of rank 4: tfjs's wasm is slow above it.
  const packed = reshape(applyLinear(layer.qkv, x), [batch, time, 3 * numHeads, headDim]);
  const [q, k, v] = split(transpose(packed, [0, 2, 1, 3]), 3, 1) as Tensor4D[]; // [batch, heads, time, headDim] each
  const heads = causalAttention(rotate(q), rotate(k), v, { bias, dropout });
  return applyLinear(layer.output, reshape(transpose(heads, [0, 2, 1, 3]), [batch, time, embedDim]) as Tensor3D);
}

function unturned(x: Tensor4D): Tensor4D {
  return x;
}
