// A transformer's attention: multi-head, grouped-query or multi-query, over all places so far or a window of them.
import { type Attention, attend } from '@hornbook/layers';
import { checkSizes } from './model.ts';
import type { AttentionPart, Fitted } from './transformer-parts.ts';

export type SelfAttentionOptions = {
  /**
   * Heads of keys and values, dividing numHeads: as many (multi-head, the default), fewer (grouped-query), or 1
   * (multi-query).
   */
  readonly numKeyValueHeads?: number;
  /** How many places each place sees, itself among them; all before it when left out. */
  readonly window?: number;
  readonly bias?: boolean;
  /** Biases of queries, keys and values, where they differ from `bias`. */
  readonly qkvBias?: boolean;
};

/**
 * Causal self-attention with the model's numHeads.
 *
 * @throws RangeError, when the model is made, if numKeyValueHeads does not divide numHeads or the window is below 1
 */
export function selfAttention({
  numKeyValueHeads,
  window,
  bias = true,
  qkvBias = bias,
}: SelfAttentionOptions = {}): Fitted<AttentionPart<Attention>> {
  return ({ embedDim, numHeads }) => {
    const keyHeads = numKeyValueHeads ?? numHeads;
    checkSizes({ numKeyValueHeads: keyHeads, window: window ?? 1 });
    if (numHeads % keyHeads !== 0) {
      throw new RangeError(`Expected numKeyValueHeads to divide numHeads, got ${keyHeads} for ${numHeads}`);
    }
    const keyValueDim = (embedDim / numHeads) * keyHeads;
    const qkvDim = embedDim + 2 * keyValueDim;
    return {
      parameterCount: (embedDim + (qkvBias ? 1 : 0)) * qkvDim + (embedDim + (bias ? 1 : 0)) * embedDim,
      initialize: (draws) => ({
        qkv: draws.linear(embedDim, [embedDim, keyValueDim, keyValueDim], { bias: qkvBias }),
        output: draws.linear(embedDim, [embedDim], { bias, residual: true }),
      }),
      apply: (parameters, x, surroundings) =>
        attend(parameters, x, { numHeads, numKeyValueHeads: keyHeads, window, ...surroundings }),
    };
  };
}
