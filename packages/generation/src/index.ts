// Logits to text: how the next token is chosen, and the loop that chooses one after another.
export { type GenerateOptions, generate } from './generate.ts';
export { type SamplingOptions, sampleToken, tokenProbabilities } from './sample-token.ts';
