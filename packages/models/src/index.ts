// Ids to logits: a ladder of language models, each a configuration, its first parameters and a forward pass.
export { type BatchNormMlpParameters, type BatchNormModel, batchNormMlp } from './batch-norm-mlp.ts';
export { type BigramConfig, type BigramParameters, bigram } from './bigram.ts';
export { withClassHead } from './class-head.ts';
export { type GptBlock, type GptConfig, type GptParameters, gpt } from './gpt.ts';
export { initializeAsNanoGpt } from './gpt-nano.ts';
export { type HierarchicalMlpBlock, type HierarchicalMlpParameters, hierarchicalMlp } from './hierarchical-mlp.ts';
export { type MlpConfig, type MlpParameters, mlp } from './mlp.ts';
export type { Advancing, ForwardOptions, Model } from './model.ts';
export { gptPresets, llamaPresets } from './presets.ts';
export { gru, lstm, type RecurrentConfig, type RecurrentModel, type RecurrentParameters, rnn } from './recurrent.ts';
export {
  type Transformer,
  type TransformerBlock,
  type TransformerConfig,
  type TransformerForwardOptions,
  type TransformerParameters,
  transformer,
} from './transformer.ts';
export { type SelfAttentionOptions, selfAttention } from './transformer-attention.ts';
export { type GeluOptions, geluFeedForward, swiGluFeedForward } from './transformer-feed-forward.ts';
export { linearHead, softCapped, tiedHead } from './transformer-heads.ts';
export { gpt2Weights, torchWeights } from './transformer-initialization.ts';
export { layerNorms, rmsNorms } from './transformer-norms.ts';
export type {
  AttentionPart,
  Draws,
  FeedForwardPart,
  Fitted,
  Head,
  Initialization,
  LinearOptions,
  Norm,
  Positions,
  Surroundings,
  TransformerSizes,
} from './transformer-parts.ts';
export {
  alibiPositions,
  learnedPositions,
  noPositions,
  relativePositions,
  rotatedPositions,
  sinusoidalPositions,
} from './transformer-positions.ts';
export { gptParts, type LlamaConfig, llamaParts } from './transformer-recipes.ts';
