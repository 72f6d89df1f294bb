// The feed-forward part of a transformer block: each vector by itself, up to a wider space and down again.
import { gelu } from '@hornbook/ops';
import type { Generator } from '@hornbook/random';
import type { Tensor } from '@tensorflow/tfjs-core';
import { applyLinear, type Linear, linear } from './linear.ts';

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
  return applyLinear(down, gelu(applyLinear(up, x), form));
}
