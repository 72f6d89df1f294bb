// Logits to text: how the next token is chosen, how one follows another, and how well a given text was expected.
export { type Beam, type BeamSearchOptions, beamSearch } from './beam-search.ts';
export type { Alternative, ChoiceOptions, Token } from './choose-token.ts';
export { type GenerateOptions, generate, generateTokens } from './generate.ts';
export {
  type BatchToken,
  type GenerateBatchOptions,
  type GenerationOptions,
  generateBatch,
} from './generate-batch.ts';
export { logProbabilities } from './log-probabilities.ts';
export { type History, type PenaltyOptions, penalize } from './penalties.ts';
export type { GenerativeModel } from './reader.ts';
export { type SamplingOptions, sampleToken, tokenProbabilities } from './sample-token.ts';
export { type Scores, type ScoreTokensOptions, scoreTokens } from './score-tokens.ts';
export type { State } from './state.ts';
export { type StreamTextOptions, streamText } from './stream-text.ts';
