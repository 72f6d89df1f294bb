// What suits each kind of model on a laptop: makemore's bigram and second MLP, nanoGPT's model for a CPU, and their kin.
import type { ModelKind, Settings } from './settings.ts';

const descent = { optimizer: 'sgd', learningRate: 0.1, batchSize: 32, steps: 20_000, schedule: 'linear' } as const;
const recurrent = {
  contextLength: 32,
  embedDim: 32,
  hiddenDim: 128,
  numLayers: 1,
  optimizer: 'adamw',
  learningRate: 3e-3,
  beta2: 0.99,
  batchSize: 32,
  steps: 2000,
  schedule: 'cosine',
  clip: 1,
} as const;
const transformer = {
  contextLength: 64,
  embedDim: 128,
  numHeads: 4,
  numLayers: 4,
  optimizer: 'adamw',
  learningRate: 1e-3,
  beta2: 0.99,
  weightDecay: 0.1,
  batchSize: 12,
  steps: 1000,
  schedule: 'cosine',
  clip: 1,
} as const;

export const modelDefaults: Readonly<Record<ModelKind, Partial<Settings>>> = {
  bigram: { contextLength: 8, optimizer: 'adamw', learningRate: 0.05, beta2: 0.99, batchSize: 32, steps: 5000 },
  'counted-bigram': {},
  mlp: { ...descent, contextLength: 3, embedDim: 10, hiddenDim: 200 },
  'batch-norm-mlp': { ...descent, contextLength: 3, embedDim: 10, hiddenDim: 200 },
  hierarchical: { ...descent, contextLength: 8, embedDim: 24, hiddenDim: 128 },
  rnn: recurrent,
  gru: recurrent,
  lstm: recurrent,
  gpt: transformer,
  transformer,
};
