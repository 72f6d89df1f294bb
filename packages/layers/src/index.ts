// Ids to vectors to vectors: each layer a type, a function that makes its parameters, and a function that applies them.
export { alibiBias, alibiSlopes } from './alibi.ts';
export { type AttendOptions, type Attention, attend, attention } from './attention.ts';
export { dropout } from './dropout.ts';
export { type Embedding, embed, embedding, embedOneHot, unembed } from './embedding.ts';
export { applyFeedForward, type FeedForward, feedForward } from './feed-forward.ts';
export { applyLayerNorm, type LayerNorm, layerNorm } from './layer-norm.ts';
export { applyLinear, type Linear, linear, normalLinear } from './linear.ts';
export { addPositions } from './positions.ts';
export {
  type BucketOptions,
  type RelativeBias,
  relativeAttentionBias,
  relativeBias,
  relativeBucket,
} from './relative-bias.ts';
export { applyRmsNorm, type RmsNorm, rmsNorm } from './rms-norm.ts';
export { rotaryPositions } from './rotary.ts';
export { sinusoidalTable } from './sinusoidal.ts';
