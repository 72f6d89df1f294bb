// PyTorch's random stream: the same seed gives the same numbers.
export { type Generator, manualSeed } from './generator.ts';
export {
  embeddingWeights,
  gainOf,
  type KaimingOptions,
  kaimingNormal,
  kaimingUniform,
  linearWeights,
  type Nonlinearity,
  xavierNormal,
  xavierUniform,
} from './initializers.ts';
export type { IntegerOptions } from './integers.ts';
export type { MultinomialOptions, MultinomialRoute } from './multinomial.ts';
export { defaultSeed, type Seed } from './seed.ts';
export type { GeneratorState } from './state.ts';
