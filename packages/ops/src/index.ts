// The arithmetic worth fusing: plain definitions with gradients, the same on every engine.
export { adamUpdate } from './adam-update.ts';
export { type AdamwMoments, type AdamwUpdateOptions, adamwUpdate } from './adamw-update.ts';
export { type CausalAttentionOptions, causalAttention } from './causal-attention.ts';
export { type CrossEntropyOptions, crossEntropy } from './cross-entropy.ts';
export { type BernoulliGenerator, dropout } from './dropout.ts';
export { embedding } from './embedding.ts';
export { gelu } from './gelu.ts';
export { globalNorm } from './global-norm.ts';
export { layerNorm } from './layer-norm.ts';
export { type LionUpdateOptions, lionUpdate } from './lion-update.ts';
export { type MuonUpdateOptions, muonUpdate, orthogonalize } from './muon-update.ts';
export { negativeLogLikelihood } from './negative-log-likelihood.ts';
export { countParameters, mapParameters, namedParameters, type ParameterTree } from './parameter-trees.ts';
export { rmsNorm } from './rms-norm.ts';
export { type RotaryOptions, rotary } from './rotary.ts';
export { type SgdUpdateOptions, sgdUpdate } from './sgd-update.ts';
export { silu } from './silu.ts';
