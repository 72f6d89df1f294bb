// The feed-forward part of a transformer block: each vector by itself, up to a wider space and down again.
import { gelu, feedForward as upAndDown } from '@hornbook/ops';
import type { Generator } from '@hornbook/random';
import { reshape, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { applyLinear, isPlain, type Linear, linear } from './linear.ts';

export type FeedForward = {
  readonly up: Linear; // [embedDim, hiddenDim]
  readonly down: Linear; // [hiddenDim, embedDim]
};

/** Both layers drawn as PyTorch's nn.Linear draws them; GPT-2 makes hiddenDim four times embedDim. */
export function feedForward(
  generator: Generator,
  embedDim: number,
  hiddenDim: number,
  { bias = true }: { bias?: boolean } = {},
): FeedForward {
  return {
    up: linear(generator, embedDim, hiddenDim, { bias }),
    down: linear(generator, hiddenDim, embedDim, { bias }),
  };
}

/** down(gelu(up(x))), by default with GPT-2's tanh form of GELU: x [..., embedDim] → [..., embedDim]. */
export function applyFeedForward<T extends Tensor>({ up, down }: FeedForward, x: T, form: 'erf' | 'tanh' = 'tanh'): T {
  if (!isPlain(up) || !isPlain(down)) return applyLinear(down, gelu(applyLinear(up, x), form));
  const rows = reshape(x, [-1, up.weight.shape[0]]) as Tensor2D;
  const weights = { up: up.weight, upBias: up.bias, down: down.weight, downBias: down.bias };
  return reshape(upAndDown(rows, weights, form), [...x.shape.slice(0, -1), down.weight.shape[1]]) as T;
}
