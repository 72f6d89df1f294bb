// What a page can choose of a language model. The names are those of the command line's settings.
import type { CorpusName } from '@hornbook/datasets';

export const modelKinds = ['bigram', 'mlp', 'gru', 'gpt'] as const;
export type ModelKind = (typeof modelKinds)[number];

export const tokenizerKinds = ['characters', 'bytes', 'byte pairs'] as const;
export type TokenizerKind = (typeof tokenizerKinds)[number];

export type ModelSettings = {
  readonly model: ModelKind;
  readonly contextLength: number;
  readonly embedDim: number;
  /** Of mlp and gru. */
  readonly hiddenDim: number;
  /** Of gru and gpt. */
  readonly numLayers: number;
  /** Of gpt. */
  readonly numHeads: number;
};

export type LanguageSettings = ModelSettings & {
  /** A corpus that comes along, or the reader's own text. */
  readonly source: { readonly corpus: CorpusName } | { readonly name: string; readonly text: string };
  readonly tokenizer: TokenizerKind;
  /** Of byte pairs. */
  readonly vocabSize: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly steps: number;
  /** A checkpoint to go on from: its model and tokenizer count then, not those above. */
  readonly checkpoint?: Uint8Array<ArrayBuffer>;
};

const one = { hiddenDim: 1, numLayers: 1, numHeads: 1 };

/** What suits each model in a page: a minute or so of training. */
export const suited: Readonly<Record<ModelKind, Omit<LanguageSettings, 'source' | 'tokenizer' | 'vocabSize'>>> = {
  bigram: { ...one, model: 'bigram', contextLength: 8, embedDim: 1, batchSize: 32, learningRate: 0.05, steps: 2000 },
  mlp: {
    ...{ ...one, model: 'mlp', contextLength: 3, embedDim: 10, hiddenDim: 64 },
    ...{ batchSize: 64, learningRate: 0.005, steps: 3000 },
  },
  gru: {
    ...{ ...one, model: 'gru', contextLength: 32, embedDim: 32, hiddenDim: 64 },
    ...{ batchSize: 16, learningRate: 0.003, steps: 1000 },
  },
  gpt: {
    ...{ ...one, model: 'gpt', contextLength: 32, embedDim: 64, numLayers: 2, numHeads: 4 },
    ...{ batchSize: 8, learningRate: 0.003, steps: 2000 },
  },
};
