// What is measured in a sitting, and in which unit people read it.

export type Workload = {
  readonly name: string;
  /** The head of its column. */
  readonly title: string;
  readonly unit: string;
  /** From milliseconds for one run of the workload to the unit. */
  readonly fromMilliseconds: (milliseconds: number) => number;
};

const perSecond = (count: number) => (milliseconds: number) => (count * 1000) / milliseconds;

const matmuls = [512, 1024].flatMap((size) =>
  ['', ' aᵀ', ' bᵀ', ' aᵀbᵀ'].map((transposed) => ({
    name: `matmul ${size}${transposed}`,
    title: `${size}³${transposed}`,
    unit: 'GFLOP/s',
    fromMilliseconds: (milliseconds: number) => (2 * size ** 3) / milliseconds / 1e6,
  })),
);

/** Characters of text that `tokenizing` encodes. */
export const textLength = 1_000_000;

export const workloads: readonly Workload[] = [
  { name: 'mlp', title: 'MLP, steps/s', unit: 'steps/s', fromMilliseconds: perSecond(1) },
  { name: 'bigram', title: 'bigram, steps/s', unit: 'steps/s', fromMilliseconds: perSecond(1) },
  { name: 'gpt', title: 'GPT, ms a step', unit: 'ms', fromMilliseconds: (milliseconds) => milliseconds },
  { name: 'generation', title: 'generation, tokens/s', unit: 'tokens/s', fromMilliseconds: perSecond(1) },
  { name: 'dispatch', title: 'adding 4 numbers, µs', unit: 'µs', fromMilliseconds: (ms) => ms * 1000 },
  ...matmuls,
  { name: 'loading', title: 'drawing 12 × 64 ids, batches/s', unit: 'batches/s', fromMilliseconds: perSecond(1) },
  { name: 'tokenizing', title: "GPT-2's tokens, MB/s", unit: 'MB/s', fromMilliseconds: perSecond(textLength / 1e6) },
];
