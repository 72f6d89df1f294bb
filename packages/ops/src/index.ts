// The arithmetic worth fusing: plain definitions with gradients, the same on every engine.
export { type AdamAttributes, adamRates, adamUpdates } from './adam-update.ts';
export {
  type AdamwAttributes,
  type AdamwRateOptions,
  type AdamwShare,
  adamwRateCount,
  adamwRates,
  adamwUpdates,
} from './adamw-update.ts';
export { autocast, type Halving } from './autocast.ts';
export { type AverageAttributes, type AverageShare, averageUpdates } from './average-update.ts';
export {
  type Capture,
  type Capturing,
  capturing,
  type HostArray,
  type Readable,
  type Replay,
  readsAtOnce,
} from './capturing.ts';
export { type CausalAttentionOptions, causalAttention } from './causal-attention.ts';
export { type CausalSelfAttentionOptions, causalSelfAttention } from './causal-self-attention.ts';
export { type CompiledStep, compileStep } from './compile-step.ts';
export { type CrossEntropyOptions, crossEntropy } from './cross-entropy.ts';
export { type DropoutOptions, dropout, type SeedGenerator } from './dropout.ts';
export { keptBelow, keptScale } from './dropout-mask.ts';
export { embedding } from './embedding.ts';
export { type FeedForwardWeights, feedForward } from './feed-forward.ts';
export { gelu } from './gelu.ts';
export { type ClipFactorAttributes, clipFactor, type GlobalNormAttributes, globalNorm } from './global-norm.ts';
export type { GradientFactor } from './gradient-factor.ts';
export { hostInput } from './host-input.ts';
export { type Int8Weight, int8MatMul, quantizeInt8 } from './int8.ts';
export {
  AddLayerNorm,
  type AddNormAttributes,
  AddRmsNorm,
  CausalAttention,
  type CausalAttentionAttributes,
  CausalSelfAttention,
  type CausalSelfAttentionAttributes,
  CrossEntropy,
  type CrossEntropyAttributes,
  DropAddLayerNorm,
  DropAddRmsNorm,
  Dropout,
  type DropoutAttributes,
  Embedding,
  type EmbeddingGradAttributes,
  FeedForward,
  type FeedForwardAttributes,
  Gelu,
  type GeluAttributes,
  Int8MatMul,
  LayerNorm,
  Linear,
  type LinearAttributes,
  type LossAttributes,
  NegativeLogLikelihood,
  type NormAttributes,
  RmsNorm,
  Rotary,
  type RotaryAttributes,
  SampleTokens,
  type SampleTokensAttributes,
  Silu,
  SwiGlu,
} from './kernel-names.ts';
export { addLayerNorm, layerNorm, layerNormOfSum } from './layer-norm.ts';
export { linear } from './linear.ts';
export {
  type LionAttributes,
  type LionRateOptions,
  type LionShare,
  lionRateCount,
  lionRates,
  lionUpdates,
} from './lion-update.ts';
export {
  type MuonMomentumAttributes,
  type MuonRateOptions,
  type MuonShare,
  type MuonStepAttributes,
  muonRateCount,
  muonRates,
  muonUpdates,
  orthogonalize,
  type WeightedSumAttributes,
} from './muon-update.ts';
export { type NegativeLogLikelihoodOptions, negativeLogLikelihood } from './negative-log-likelihood.ts';
export type { AddNormOptions } from './norms-behind-sums.ts';
export type { Offset } from './offset.ts';
export { countParameters, mapParameters, namedParameters, type ParameterTree } from './parameter-trees.ts';
export type { Reduction } from './reduction.ts';
export { addRmsNorm, rmsNorm, rmsNormOfSum } from './rms-norm.ts';
export { type RotaryOptions, rotary } from './rotary.ts';
export { rotaryAngles } from './rotary-angles.ts';
export type { Inspect, Step, StepInput } from './run-step.ts';
export { type SampleTokensOptions, sampleTokens } from './sample-tokens.ts';
export { type SgdAttributes, type SgdShare, sgdUpdate, sgdUpdates } from './sgd-update.ts';
export { silu } from './silu.ts';
export { type SlideInAttributes, slideIn } from './slide-in.ts';
export { swiGlu } from './swiglu.ts';
