// Logits and targets to a number.
export type { Reduction } from '@hornbook/ops';
export { type CrossEntropyOptions, crossEntropy } from './cross-entropy.ts';
export { type AnswerLogProbabilities, answerLogProbabilities, type DpoOptions, dpo } from './dpo.ts';
export { type NegativeLogLikelihoodOptions, negativeLogLikelihood } from './negative-log-likelihood.ts';
export { bitsPerByte, perplexity } from './perplexity.ts';
