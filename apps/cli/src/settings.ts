// The models that the command line makes, by name, with the sizes and rates that suit each on a laptop.

export const modelKinds = ['bigram', 'mlp', 'gpt'] as const;
export type ModelKind = (typeof modelKinds)[number];

/** What can be said of a model and its training; a kind takes from it what it has. */
export type Settings = {
  readonly contextLength: number;
  readonly embedDim: number;
  readonly hiddenDim: number;
  readonly numHeads: number;
  readonly numLayers: number;
  readonly dropout: number;
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number;
};

/** makemore's bigram and second MLP, and nanoGPT's setting for a CPU. */
export const defaultSettings: Readonly<Record<ModelKind, Partial<Settings>>> = {
  bigram: { contextLength: 8, steps: 5000, batchSize: 32, learningRate: 0.05 },
  mlp: { contextLength: 3, embedDim: 10, hiddenDim: 200, steps: 20000, batchSize: 32, learningRate: 0.1 },
  gpt: {
    contextLength: 64,
    embedDim: 128,
    numHeads: 4,
    numLayers: 4,
    dropout: 0,
    steps: 2000,
    batchSize: 12,
    learningRate: 1e-3,
  },
};
