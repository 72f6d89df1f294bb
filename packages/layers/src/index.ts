// Ids to vectors to vectors: each layer a type, a function that makes its parameters, and a function that applies them.
export { alibiBias, alibiSlopes } from './alibi.ts';
export { type AttendOptions, type Attention, attend, attention } from './attention.ts';
export {
  applyBatchNorm,
  type BatchNorm,
  type BatchStatistics,
  batchNorm,
  batchStatistics,
  normalizeBatch,
  trackStatistics,
} from './batch-norm.ts';
export { documentMask, documentsOf } from './documents.ts';
export { dropout } from './dropout.ts';
export { type Embedding, embed, embedding, embedOneHot, unembed } from './embedding.ts';
export { applyFeedForward, type FeedForward, feedForward } from './feed-forward.ts';
export { applyGru, type Gru, gru } from './gru.ts';
export { type Int8Linear, quantizeLinears, quantizeTiedHead } from './int8-linear.ts';
export {
  type KeyValueCache,
  type KeyValues,
  type Reading,
  type ReadOnOptions,
  readOn,
} from './key-value-cache.ts';
export { applyLayerNorm, joinAndNorm, joinLast, type LayerNorm, layerNorm } from './layer-norm.ts';
export { applyLinear, type Linear, linear, normalLinear, packedLinear } from './linear.ts';
export {
  addLora,
  apart,
  isLora,
  type LoraOptions,
  loraParameters,
  mergeLora,
  unmergeLora,
  withLora,
} from './lora.ts';
export type { LoraAdapter } from './lora-adapter.ts';
export { applyLstm, type Lstm, type LstmState, lstm } from './lstm.ts';
export { addPositions, embedWithPositions } from './positions.ts';
export type { Recurred, Recurrent } from './recurrent.ts';
export {
  type BucketOptions,
  type RelativeBias,
  relativeAttentionBias,
  relativeBias,
  relativeBucket,
} from './relative-bias.ts';
export { applyRmsNorm, joinAndRmsNorm, joinLastRms, type RmsNorm, rmsNorm } from './rms-norm.ts';
export { applyRnn, type Rnn, rnn } from './rnn.ts';
export { rotaryPositions } from './rotary.ts';
export { sinusoidalTable } from './sinusoidal.ts';
export { applySwiGlu, type SwiGlu } from './swiglu.ts';
