// Two well-known ways to choose a transformer's parts, from plain configurations: GPT-2's and Llama's.
import type { Attention, Embedding, FeedForward, LayerNorm, Linear, RmsNorm, SwiGlu } from '@hornbook/layers';
import type { GptConfig } from './gpt.ts';
import type { TransformerConfig } from './transformer.ts';
import { selfAttention } from './transformer-attention.ts';
import { geluFeedForward, swiGluFeedForward } from './transformer-feed-forward.ts';
import { linearHead, tiedHead } from './transformer-heads.ts';
import { layerNorms, rmsNorms } from './transformer-norms.ts';
import type { TransformerSizes } from './transformer-parts.ts';
import { learnedPositions, rotatedPositions } from './transformer-positions.ts';

/**
 * What `gpt` is made of, to exchange a part or two.
 *
 * @example transformer({ ...gptParts(gptPresets['raschka-124m']), initialization: torchWeights }).parameterCount
 *   // 163009536
 */
export function gptParts({
  bias = true,
  qkvBias = bias,
  tiedHead: tied = true,
  ...sizes
}: GptConfig): TransformerConfig<Embedding, LayerNorm, Attention, FeedForward, Linear | undefined> {
  return {
    ...sizes,
    positions: learnedPositions(),
    norm: layerNorms({ bias }),
    attention: selfAttention({ bias, qkvBias }),
    feedForward: geluFeedForward({ bias }),
    head: tied ? tiedHead() : linearHead(),
  };
}

export type LlamaConfig = TransformerSizes & {
  readonly hiddenDim: number;
  /** numHeads when left out. */
  readonly numKeyValueHeads?: number;
  /** Of the rotary angles; 10000 when left out. */
  readonly base?: number;
  /** Of the norms; 1e-5 when left out. */
  readonly epsilon?: number;
  /** Biases of queries, keys and values, as in Qwen2; none when left out. */
  readonly qkvBias?: boolean;
  /** Scores come from the token table itself (the default), not from a head of their own. */
  readonly tiedHead?: boolean;
};

/** Rotary positions, RMS norms, SwiGLU, and no biases but perhaps those of queries, keys and values. Touvron et al. 2023, https://arxiv.org/abs/2307.09288. */
export function llamaParts({
  hiddenDim,
  numKeyValueHeads,
  base,
  epsilon,
  qkvBias = false,
  tiedHead: tied = true,
  ...sizes
}: LlamaConfig): TransformerConfig<undefined, RmsNorm, Attention, SwiGlu, Linear | undefined> {
  return {
    ...sizes,
    positions: rotatedPositions({ base }),
    norm: rmsNorms({ epsilon }),
    attention: selfAttention({ numKeyValueHeads, bias: false, qkvBias }),
    feedForward: swiGluFeedForward({ hiddenDim }),
    head: tied ? tiedHead() : linearHead(),
  };
}
