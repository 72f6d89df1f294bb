// What is measured on a GPU: nanoGPT's setting for Shakespeare, and the same in small, to see that it runs.
export const sizes = {
  full: {
    model: { vocabSize: 65, contextLength: 256, embedDim: 384, numHeads: 6, numLayers: 6, bias: false },
    dropout: 0.2,
    batchSize: 64,
    warmup: 10,
    steps: 30,
    products: [1024, 2048, 4096, 8192],
    tokens: 255,
  },
  quick: {
    model: { vocabSize: 65, contextLength: 16, embedDim: 32, numHeads: 2, numLayers: 2, bias: false },
    dropout: 0.2,
    batchSize: 2,
    warmup: 4,
    steps: 3,
    products: [64, 128],
    tokens: 8,
  },
} as const;

export type SizeName = keyof typeof sizes;

export type Row = 'step' | 'step with dropout' | 'tokens' | `product ${number}`;

/** The rows of the table with their units, the most important first and the largest last. */
export function rowsOf(size: SizeName): ReadonlyMap<Row, string> {
  const rows = new Map<Row, string>([
    ['step', 'ms'],
    ['step with dropout', 'ms'],
    ['tokens', 'tokens/s'],
  ]);
  for (const n of sizes[size].products) rows.set(`product ${n}`, 'TFLOP/s');
  return rows;
}

/**
 * What a contestant prints, one JSON object a line: about itself, the row that it begins, and what came of it (ms a step,
 * tokens a second, TFLOP/s).
 */
export type Message =
  | { readonly about: string; readonly parameters: number }
  | { readonly begins: Row }
  | { readonly row: Row; readonly value: number }
  | { readonly row: Row; readonly note: string };
