// Where each head of a GPT looks: the attention weights of a row of tokens, layer by layer.
import { applyFeedForward, applyLayerNorm, applyLinear, attend, embedWithPositions } from '@hornbook/layers';
import type { GptParameters } from '@hornbook/models';
import {
  add,
  linalg,
  matMul,
  mul,
  ones,
  reshape,
  softmax,
  split,
  sub,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';

/**
 * For each layer the weights [heads, time, time]: row t says how much place t gathers from each place up to itself, and
 * sums to 1. ids [1, time]; the model's own forward pass, with the weights kept instead of only used.
 */
export async function attentionWeights(
  parameters: GptParameters,
  ids: Tensor2D,
  numHeads: number,
): Promise<Float32Array[]> {
  const layers = tidy(() => {
    const kept: Tensor[] = [];
    let x = embedWithPositions(parameters.tokens, parameters.positions, ids); // [1, time, embedDim]
    for (const { norm1, attention, norm2, feedForward } of parameters.blocks) {
      const normed = applyLayerNorm(norm1, x);
      kept.push(weightsOf(applyLinear(attention.qkv, normed), numHeads));
      x = add(x, attend(attention, normed, { numHeads }));
      x = add(x, applyFeedForward(feedForward, applyLayerNorm(norm2, x)));
    }
    return kept;
  });
  const values = await Promise.all(layers.map((layer) => layer.data() as Promise<Float32Array>));
  for (const layer of layers) layer.dispose();
  return values;
}

/** softmax(q · kᵀ / √headDim), nothing of it ahead: qkv [1, time, 3 · embedDim] → [heads, time, time]. */
function weightsOf(qkv: Tensor3D, numHeads: number): Tensor3D {
  const [, time, width] = qkv.shape;
  const headDim = width / 3 / numHeads;
  const [q, k] = split(qkv, 3, 2).map((part) => transpose(reshape(part, [time, numHeads, headDim]), [1, 0, 2]));
  const scores = mul(matMul(q, k, false, true), 1 / Math.sqrt(headDim)); // [heads, time, time]
  const past = linalg.bandPart(ones([time, time]), -1, 0); // 1 up to the diagonal
  return softmax(add(scores, mul(sub(1, past), -1e9)));
}
