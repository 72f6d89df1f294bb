// Ids to logits: a ladder of language models, each a configuration, its first parameters and a forward pass.
export { type BigramConfig, type BigramParameters, bigram } from './bigram.ts';
export { type GptBlock, type GptConfig, type GptParameters, gpt } from './gpt.ts';
export { type MlpConfig, type MlpParameters, mlp } from './mlp.ts';
export type { ForwardOptions, Model } from './model.ts';
