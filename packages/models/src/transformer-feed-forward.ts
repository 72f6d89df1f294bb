// A transformer's feed-forward part: each vector by itself, through a wider space.
import { applyFeedForward, applySwiGlu, type FeedForward, type SwiGlu } from '@hornbook/layers';
import { checkSizes } from './model.ts';
import type { FeedForwardPart, Fitted } from './transformer-parts.ts';

export type GeluOptions = {
  /** Four times embedDim when left out. */
  readonly hiddenDim?: number;
  readonly bias?: boolean;
  /** The approximation that GPT-2 was trained with (the default), or the exact one, PyTorch's default. */
  readonly form?: 'erf' | 'tanh';
};

/** down(gelu(up(x))), as in GPT-2. */
export function geluFeedForward({
  hiddenDim,
  bias = true,
  form = 'tanh',
}: GeluOptions = {}): Fitted<FeedForwardPart<FeedForward>> {
  return ({ embedDim }) => {
    const hidden = hiddenDim ?? 4 * embedDim;
    checkSizes({ hiddenDim: hidden });
    return {
      parameterCount: 2 * embedDim * hidden + (bias ? hidden + embedDim : 0),
      initialize: (draws) => ({
        up: draws.linear(embedDim, [hidden], { bias }),
        down: draws.linear(hidden, [embedDim], { bias, residual: true }),
      }),
      apply: (parameters, x) => applyFeedForward(parameters, x, form),
    };
  };
}

/** down(silu(gate(x)) · up(x)), as in Llama, which has no biases and a hiddenDim of about 8/3 · embedDim. */
export function swiGluFeedForward({
  hiddenDim,
  bias = false,
}: {
  hiddenDim: number;
  bias?: boolean;
}): Fitted<FeedForwardPart<SwiGlu>> {
  return ({ embedDim }) => {
    checkSizes({ hiddenDim });
    return {
      parameterCount: 3 * embedDim * hiddenDim + (bias ? 2 * hiddenDim + embedDim : 0),
      initialize: (draws) => ({
        gate: draws.linear(embedDim, [hiddenDim], { bias }),
        up: draws.linear(embedDim, [hiddenDim], { bias }),
        down: draws.linear(hiddenDim, [embedDim], { bias, residual: true }),
      }),
      apply: applySwiGlu,
    };
  };
}
