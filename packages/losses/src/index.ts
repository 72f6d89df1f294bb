// Logits and targets to a number.
export { type CrossEntropyOptions, crossEntropy } from './cross-entropy.ts';
export { type NegativeLogLikelihoodOptions, negativeLogLikelihood } from './negative-log-likelihood.ts';
export { bitsPerByte, perplexity } from './perplexity.ts';
export type { Reduction } from './reduce.ts';
