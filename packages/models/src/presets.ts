// Well-known models as plain configurations, by name.
import type { GptConfig } from './gpt.ts';
import type { LlamaConfig } from './transformer-recipes.ts';

/** For `gpt`, or `transformer` with `gptParts`: GPT-2's four sizes, makemore's, nanoGPT's two for Shakespeare, Raschka's. */
export const gptPresets = {
  /** 124,439,808 numbers. Radford et al. 2019. */
  gpt2: { vocabSize: 50257, contextLength: 1024, embedDim: 768, numHeads: 12, numLayers: 12 },
  /** 354,823,168. */
  'gpt2-medium': { vocabSize: 50257, contextLength: 1024, embedDim: 1024, numHeads: 16, numLayers: 24 },
  /** 774,030,080. */
  'gpt2-large': { vocabSize: 50257, contextLength: 1024, embedDim: 1280, numHeads: 20, numLayers: 36 },
  /** 1,557,611,200. */
  'gpt2-xl': { vocabSize: 50257, contextLength: 1024, embedDim: 1600, numHeads: 25, numLayers: 48 },
  /** 204,544: names, letter by letter. https://github.com/karpathy/makemore */
  'makemore-transformer': {
    vocabSize: 27,
    contextLength: 16,
    embedDim: 64,
    numHeads: 4,
    numLayers: 4,
    tiedHead: false,
  },
  /** 804,096: characters of Shakespeare, small enough for a laptop. https://github.com/karpathy/nanoGPT */
  'shakespeare-char-cpu': {
    vocabSize: 65,
    contextLength: 64,
    embedDim: 128,
    numHeads: 4,
    numLayers: 4,
    bias: false,
  },
  /** 10,745,088: the same for a GPU. */
  'shakespeare-char': {
    vocabSize: 65,
    contextLength: 256,
    embedDim: 384,
    numHeads: 6,
    numLayers: 6,
    bias: false,
    dropout: 0.2,
  },
  /** 163,009,536: as in Raschka's "Build a large language model (from scratch)". Its weights start as `torchWeights`. */
  'raschka-124m': {
    vocabSize: 50257,
    contextLength: 1024,
    embedDim: 768,
    numHeads: 12,
    numLayers: 12,
    qkvBias: false,
    tiedHead: false,
    dropout: 0.1,
  },
} as const satisfies Readonly<Record<string, GptConfig>>;

/** For `transformer` with `llamaParts`. */
export const llamaPresets = {
  /** 15,191,712 numbers: the size that Karpathy's llama2.c tells stories with. https://github.com/karpathy/llama2.c */
  'llama-15m': { vocabSize: 32000, contextLength: 256, embedDim: 288, numHeads: 6, numLayers: 6, hiddenDim: 768 },
} as const satisfies Readonly<Record<string, LlamaConfig>>;
