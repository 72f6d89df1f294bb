// The kernels that an engine may bring for operations of this package: what each takes and gives. An engine has to register
// both, the kernel and its gradient, which is the same name with `Grad`. What a `?` marks may be left out.

/** table, ids, positions?; → y. Gradient: dy, ids; { vocabSize, places } → dTable, and dPositions unless places is 0. */
export const Embedding = 'Embedding';
export type EmbeddingGradAttributes = { readonly vocabSize: number; readonly places: number };

/** x, weight, bias? → y, of two axes. Gradient: dy, x, weight; and { bias: boolean } → dx, dWeight, and dBias if so. */
export const Linear = 'Linear';
export type LinearAttributes = { readonly bias: boolean };

/**
 * x, up, upBias?, down, downBias?; { form } → y, hidden, before: y = down(hidden), hidden = gelu(up(x)), and whatever the
 * gradient wants to know of up(x), in its shape. Gradient: dy, x, up, down, hidden, before; and whether there are biases → dx, dUp, dUpBias?, dDown, dDownBias?.
 */
export const FeedForward = 'FeedForward';
export type FeedForwardAttributes = GeluAttributes & { readonly upBias: boolean; readonly downBias: boolean };

/** logits, targets; { ignoreIndex, labelSmoothing, zLoss, reduction } → losses or loss. Gradient: dy, logits, targets. */
export const CrossEntropy = 'CrossEntropy';
export type CrossEntropyAttributes = LossAttributes & { readonly labelSmoothing: number; readonly zLoss: number };

/** logProbabilities, targets; { ignoreIndex, reduction } → losses or loss. Gradient: dy, targets; and { vocabSize }. */
export const NegativeLogLikelihood = 'NegativeLogLikelihood';
export type LossAttributes = { readonly ignoreIndex: number; readonly reduction: 'none' | 'sum' | 'mean' };

/** x, weight, bias?; { epsilon } → y. Gradient: dy, x, weight; and { bias: boolean } → dx, dWeight, and dBias if so. */
export const LayerNorm = 'LayerNorm';
/** x, weight; { epsilon } → y. Gradient: dy, x, weight → dx, dWeight. */
export const RmsNorm = 'RmsNorm';
/** The same behind a sum: x, residual, weight, bias? → x + residual, y. Gradient: also dSum?, which it adds to dx. */
export const AddLayerNorm = 'AddLayerNorm';
export const AddRmsNorm = 'AddRmsNorm';
/**
 * The same with dropout: x?, residual, weight, bias?, seed; { rate } → x + dropout(residual), y. Gradient: also the seed;
 * dx is followed by dResidual.
 */
export const DropAddLayerNorm = 'DropAddLayerNorm';
export const DropAddRmsNorm = 'DropAddRmsNorm';
export type NormAttributes = { readonly epsilon: number; readonly bias: boolean };
export type AddNormAttributes = NormAttributes & DropoutAttributes;

/** x; { form } → y. Gradient: dy, x. */
export const Gelu = 'Gelu';
export type GeluAttributes = { readonly form: 'erf' | 'tanh' };
/** x → y. Gradient: dy, x. */
export const Silu = 'Silu';
/** gate, up → y. Gradient: dy, gate, up → dGate, dUp. */
export const SwiGlu = 'SwiGlu';

/** x [rows, inputDim], packed, scales, bias? → y [rows, outputDim]; see `Int8Weight`. It has no gradient. */
export const Int8MatMul = 'Int8MatMul';

/**
 * x; { layout, base, offset } → y. Gradient: dy. An engine that records steps is also given the angles of an offset that
 * grows, [time, headDim] each: cosine?, sine? (its sign as the number's place in the pair asks for).
 */
export const Rotary = 'Rotary';
export type RotaryAttributes = {
  readonly layout: 'half' | 'interleaved';
  readonly base: number;
  readonly offset: number;
};

/**
 * query, key, value, bias?, mask?, seed?; { window, rate } → output. The bias is [heads, time, keys]; the mask has the keys
 * as its last axis and spreads along others; the seed, one int32, comes with the rate at which it drops weights.
 * Gradient: dy and the same → dQuery, dKey, dValue, and dBias where there is a bias. An engine may also give logSumExp of
 * each row of scores, [batch, heads, time], behind the output: then its gradient takes `output` and `logSumExp` too.
 */
export const CausalAttention = 'CausalAttention';
export type CausalAttentionAttributes = { readonly window: number; readonly rate?: number };

/** The same for queries, keys and values side by side: qkv, bias?, mask?, seed? → output. Gradient → dQkv, and dBias. */
export const CausalSelfAttention = 'CausalSelfAttention';
export type CausalSelfAttentionAttributes = CausalAttentionAttributes & {
  readonly numHeads: number;
  readonly numKeyValueHeads: number;
};

/** logits, draws; → ids, logProbabilities. No gradient. */
export const SampleTokens = 'SampleTokens';
export type SampleTokensAttributes = {
  readonly temperature: number;
  /** At most the size of the vocabulary. */
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
};

/** x, seed; { rate } → y, the seed being one int32: see `dropout`. Gradient: dy, seed. */
export const Dropout = 'Dropout';
export type DropoutAttributes = { readonly rate: number };
