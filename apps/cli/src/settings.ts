// The models that the command line makes, by name, with the sizes and rates that suit each on a laptop.
import { UserError } from './user-error.ts';

export const modelKinds = ['bigram', 'mlp', 'gpt'] as const;
export type ModelKind = (typeof modelKinds)[number];

/** What can be said of a model and its training. A run has those that its kind of model uses. */
export type Settings = {
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly contextLength: number;
  readonly embedDim: number;
  readonly hiddenDim: number;
  readonly numHeads: number;
  readonly numLayers: number;
  readonly dropout: number;
};

/** makemore's bigram and second MLP, and nanoGPT's model for a CPU, with steps for a text as short as the story. */
export const defaultSettings: Readonly<Record<ModelKind, Partial<Settings>>> = {
  bigram: { steps: 5000, batchSize: 32, learningRate: 0.05, contextLength: 8 },
  mlp: { steps: 20000, batchSize: 32, learningRate: 0.1, contextLength: 3, embedDim: 10, hiddenDim: 200 },
  gpt: {
    steps: 1000,
    batchSize: 12,
    learningRate: 1e-3,
    contextLength: 64,
    embedDim: 128,
    numHeads: 4,
    numLayers: 4,
    dropout: 0,
  },
};

/** The defaults of a kind with what was given instead. @throws UserError for a setting that the kind does not have */
export function makeSettings(kind: ModelKind, given: Partial<Settings>): Settings {
  const defaults = defaultSettings[kind];
  const foreign = Object.keys(given).find((name) => !Object.hasOwn(defaults, name));
  if (foreign === undefined) return { ...defaults, ...given } as Settings;
  const option = foreign.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new UserError(`The ${kind} model has no --${option}. See: hornbook train --help`, { exitCode: 2 });
}

/** For the help: `bigram 5000, mlp 20000, gpt 2000`. */
export function describeDefaults(name: keyof Settings): string {
  return modelKinds
    .filter((kind) => Object.hasOwn(defaultSettings[kind], name))
    .map((kind) => `${kind} ${defaultSettings[kind][name]}`)
    .join(', ');
}
