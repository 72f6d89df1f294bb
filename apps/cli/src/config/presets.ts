// Well-known recipes by name: the model, and how its authors train it.
import { gptPresets, llamaPresets } from '@hornbook/models';
import type { Settings } from './settings.ts';

export type Preset = { readonly about: string; readonly settings: Partial<Settings> };

/** nanoGPT's: AdamW that forgets sooner, a short warm-up, and a fall along a cosine to a tenth. */
const nanoGpt = {
  optimizer: 'adamw',
  learningRate: 1e-3,
  finalRate: 1e-4,
  beta2: 0.99,
  weightDecay: 0.1,
  schedule: 'cosine',
  warmupSteps: 100,
  clip: 1,
  evaluateEvery: 250,
  evaluateTargets: 0,
} as const;

/** GPT-2's sizes with nanoGPT's rates for them; a batch of 480 rows of 1,024 tokens, 12 at a time. */
const gpt2 = (name: 'gpt2' | 'gpt2-medium' | 'gpt2-large' | 'gpt2-xl', about: string): Preset => ({
  about,
  settings: {
    ...sizes(gptPresets[name]),
    model: 'gpt',
    tokenizer: 'gpt2',
    bias: true,
    steps: 600_000,
    batchSize: 12,
    accumulate: 40,
    optimizer: 'adamw',
    learningRate: 6e-4,
    finalRate: 6e-5,
    beta2: 0.95,
    weightDecay: 0.1,
    schedule: 'cosine',
    warmupSteps: 2000,
    clip: 1,
    evaluateEvery: 1000,
  },
});

/** makemore's names: eight tenths to learn from, one to judge by, one for the end; plain descent with one drop. */
const makemoreSplit = { validationShare: 0.1, testShare: 0.1, evaluateTargets: 0 } as const;
const makemore = { ...makemoreSplit, batchSize: 32 } as const;
const makemoreDescent = {
  ...makemore,
  steps: 200_000,
  optimizer: 'sgd',
  learningRate: 0.1,
  schedule: 'drop',
  evaluateEvery: 10_000,
} as const;

export const presets: Readonly<Record<string, Preset>> = {
  'story-gpt': {
    about: 'a first GPT, on the story that comes along: a minute on two cores, 411,392 numbers; 1.57',
    settings: {
      ...nanoGpt,
      data: 'story',
      model: 'gpt',
      contextLength: 64,
      embedDim: 128,
      numHeads: 4,
      numLayers: 2,
      dropout: 0,
      batchSize: 8,
      steps: 2000,
      learningRate: 4e-3,
      finalRate: 2e-4,
      sampleLength: 150,
    },
  },
  'makemore-bigram': {
    about: 'which letter follows which, learned by descent; 2.45 on names',
    settings: { ...makemore, model: 'bigram' },
  },
  'makemore-counted-bigram': {
    about: 'the same, counted; 2.45',
    settings: { ...makemoreSplit, model: 'counted-bigram' },
  },
  'makemore-mlp': {
    about: 'three letters through a hidden layer, 11,897 numbers; 2.17',
    settings: {
      ...makemoreDescent,
      model: 'mlp',
      contextLength: 3,
      embedDim: 10,
      hiddenDim: 200,
      drops: '100000:0.01',
    },
  },
  'makemore-batch-norm-mlp': {
    about: 'the same with batch norm; about 2.16',
    settings: {
      ...makemoreDescent,
      model: 'batch-norm-mlp',
      contextLength: 3,
      embedDim: 10,
      hiddenDim: 200,
      drops: '100000:0.01',
    },
  },
  'makemore-hierarchical': {
    about: 'eight letters joined two by two, 76,579 numbers; 1.99',
    settings: {
      ...makemoreDescent,
      model: 'hierarchical',
      contextLength: 8,
      embedDim: 24,
      hiddenDim: 128,
      drops: '150000:0.01',
    },
  },
  'makemore-transformer': {
    about: 'a GPT that reads each name by itself, 204,544 numbers; about 1.92',
    settings: {
      ...makemore,
      ...sizes(gptPresets['makemore-transformer']),
      model: 'gpt',
      documents: 'apart',
      bias: true,
      initialization: 'torch',
      steps: 100_000,
      optimizer: 'adamw',
      learningRate: 5e-4,
      beta2: 0.99,
      weightDecay: 0.01,
      schedule: 'constant',
      clip: 0,
      evaluateEvery: 2000,
    },
  },
  'shakespeare-char-cpu': {
    about: "nanoGPT's small GPT for tinyshakespeare, 804,096 numbers; 1.88",
    settings: {
      ...nanoGpt,
      ...sizes(gptPresets['shakespeare-char-cpu']),
      model: 'gpt',
      batchSize: 12,
      steps: 2000,
      dropout: 0,
    },
  },
  'shakespeare-char-gpu': {
    about: "nanoGPT's larger one, 10,745,088 numbers; 1.47",
    settings: { ...nanoGpt, ...sizes(gptPresets['shakespeare-char']), model: 'gpt', batchSize: 64, steps: 5000 },
  },
  gpt2: gpt2('gpt2', "GPT-2's smallest, 124,439,808 numbers"),
  'gpt2-medium': gpt2('gpt2-medium', '354,823,168'),
  'gpt2-large': gpt2('gpt2-large', '774,030,080'),
  'gpt2-xl': gpt2('gpt2-xl', '1,557,611,200'),
  'raschka-124m': {
    about: 'the GPT of "Build a large language model (from scratch)", 163,009,536',
    settings: {
      ...sizes(gptPresets['raschka-124m']),
      model: 'gpt',
      tokenizer: 'gpt2',
      bias: true,
      initialization: 'torch',
      batchSize: 2,
      order: 'epochs',
      optimizer: 'adamw',
      learningRate: 4e-4,
      beta2: 0.999,
      weightDecay: 0.1,
      schedule: 'constant',
      clip: 0,
      seed: 123,
    },
  },
  'llama-15m': {
    about: "a Llama of the size of llama2.c's story teller; 15,191,712 with 32,000 tokens",
    settings: {
      ...sizes(llamaPresets['llama-15m']),
      model: 'transformer',
      positions: 'rotary',
      norm: 'rms',
      feedForward: 'swiglu',
      bias: false,
      steps: 100_000,
      batchSize: 32,
      accumulate: 4,
      optimizer: 'adamw',
      learningRate: 5e-4,
      finalRate: 0,
      beta2: 0.95,
      weightDecay: 0.1,
      schedule: 'cosine',
      warmupSteps: 1000,
      clip: 1,
    },
  },
};

/** A model's configuration without its vocabulary, which the tokenizer decides. */
function sizes<C extends { readonly vocabSize: number }>({ vocabSize: _, ...rest }: C): Omit<C, 'vocabSize'> {
  return rest;
}
