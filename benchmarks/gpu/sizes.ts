// What is measured on a GPU: nanoGPT's setting for Shakespeare, and the same in small, to see that it runs.
export const sizes = {
  full: {
    model: { vocabSize: 65, contextLength: 256, embedDim: 384, numHeads: 6, numLayers: 6, bias: false },
    batchSize: 64,
    warmup: 10,
    steps: 30,
    products: [1024, 2048, 4096, 8192],
    repeats: 20,
    tokens: 255,
  },
  quick: {
    model: { vocabSize: 65, contextLength: 16, embedDim: 32, numHeads: 2, numLayers: 2, bias: false },
    batchSize: 2,
    warmup: 4,
    steps: 3,
    products: [64, 128],
    repeats: 2,
    tokens: 8,
  },
} as const;

export type SizeName = keyof typeof sizes;

/** What a contestant prints, one JSON object a line. */
export type Measured = {
  readonly what: 'step' | 'tokens' | `product ${number}`;
  /** ms a step, tokens a second, TFLOP/s. */
  readonly value: number;
};
