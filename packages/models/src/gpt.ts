// The third rung: a GPT, where every token looks back at all before it, block after block.
import {
  type Attention,
  applyFeedForward,
  applyLayerNorm,
  applyLinear,
  attend,
  dropout,
  type Embedding,
  embedWithPositions,
  type FeedForward,
  type LayerNorm,
  type Linear,
  unembed,
} from '@hornbook/layers';
import { add, type Tensor, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs-core';
import { countGptParameters, initializeGpt } from './gpt-parameters.ts';
import { checkIds, checkSizes, type ForwardOptions, type Model } from './model.ts';

export type GptConfig = {
  readonly vocabSize: number;
  /** The longest row of tokens; GPT-2's is 1024. */
  readonly contextLength: number;
  readonly embedDim: number;
  /** Divides embedDim. */
  readonly numHeads: number;
  readonly numLayers: number;
  /** Biases in linear layers and norms, as in GPT-2 (the default); nanoGPT's own settings leave them out. */
  readonly bias?: boolean;
  /** Biases of queries, keys and values, where they differ from `bias`. */
  readonly qkvBias?: boolean;
  /** Scores come from the token table itself (the default), not from a head of their own. */
  readonly tiedHead?: boolean;
  /** Between 0 (the default) and 1; takes effect where `forward` is given a generator. */
  readonly dropout?: number;
};

export type GptParameters = {
  readonly tokens: Embedding; // [vocabSize, embedDim]
  readonly positions: Embedding; // [contextLength, embedDim]
  readonly blocks: readonly GptBlock[];
  readonly norm: LayerNorm;
  readonly head?: Linear; // [embedDim, vocabSize], untied only
};

export type GptBlock = {
  readonly norm1: LayerNorm;
  readonly attention: Attention;
  readonly norm2: LayerNorm;
  readonly feedForward: FeedForward;
};

/**
 * ids [batch, time ≤ contextLength] → logits [batch, time, vocabSize]: GPT-2 as OpenAI built it, with learned positions,
 * a norm before each part, and tanh-form GELU. Radford et al. 2019, "Language models are unsupervised multitask
 * learners"; sizes and dropout's places as in Karpathy's nanoGPT.
 *
 * Starts as GPT-2 does, with a loss of about ln(vocabSize); see `initializeGpt`.
 *
 * @example gpt({ vocabSize: 50257, contextLength: 1024, embedDim: 768, numHeads: 12, numLayers: 12 }).parameterCount
 *   // 124439808
 * @throws RangeError if the configuration is not possible
 */
export function gpt(config: GptConfig): Model<GptConfig, GptParameters> {
  checkGptSizes(config);
  return {
    config,
    parameterCount: countGptParameters(config),
    initialize: (generator) => initializeGpt(config, generator),
    forward: (parameters, ids, options) => forward(config, parameters, ids, options),
  };
}

function forward(
  { contextLength, numHeads, dropout: rate = 0 }: GptConfig,
  parameters: GptParameters,
  ids: Tensor2D,
  { generator }: ForwardOptions = {},
): Tensor {
  checkRows(ids, contextLength);
  const drop = (x: Tensor3D) => dropout(x, rate, generator);
  const weights = generator && rate > 0 ? { rate, generator } : undefined; // dropout of attention weights
  let x = drop(embedWithPositions(parameters.tokens, parameters.positions, ids)); // [batch, time, embedDim]
  for (const block of parameters.blocks) {
    const attended = attend(block.attention, applyLayerNorm(block.norm1, x), { numHeads, dropout: weights });
    x = add(x, drop(attended));
    x = add(x, drop(applyFeedForward(block.feedForward, applyLayerNorm(block.norm2, x))));
  }
  x = applyLayerNorm(parameters.norm, x);
  return parameters.head ? applyLinear(parameters.head, x) : unembed(parameters.tokens, x); // [batch, time, vocabSize]
}

/** Throws unless the ids are rows of at least 1 and at most contextLength tokens. */
export function checkRows(ids: Tensor2D, contextLength: number): void {
  checkIds(ids);
  const time = ids.shape[1];
  if (time > contextLength) {
    throw new RangeError(
      `Expected at most ${contextLength} tokens, got ${time}: keep the last ${contextLength}, or make the model with a longer contextLength`,
    );
  }
}

/** Throws unless a model of this size and dropout is possible. */
export function checkGptSizes(config: GptConfig): void {
  const { vocabSize, contextLength, embedDim, numHeads, numLayers, dropout = 0 } = config;
  checkSizes({ vocabSize, contextLength, embedDim, numHeads, numLayers });
  if (embedDim % numHeads !== 0) {
    throw new RangeError(`Expected numHeads to divide embedDim, got ${numHeads} heads for ${embedDim}`);
  }
  if (!(dropout >= 0 && dropout < 1)) {
    throw new RangeError(`Expected dropout to be at least 0 and below 1, got ${dropout}`);
  }
}
