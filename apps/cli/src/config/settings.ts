// Every setting that a run can have, and the choices among models, optimizers and schedules that decide which it has.
import type { Kind } from './kinds.ts';

export const modelKinds = [
  'bigram',
  'counted-bigram',
  'mlp',
  'batch-norm-mlp',
  'hierarchical',
  'rnn',
  'gru',
  'lstm',
  'gpt',
  'transformer',
] as const;
export type ModelKind = (typeof modelKinds)[number];

export const positionKinds = ['learned', 'sinusoidal', 'rotary', 'alibi', 'relative', 'none'] as const;
export const optimizerKinds = ['sgd', 'adam', 'adamw', 'lion', 'muon'] as const;
export const scheduleKinds = ['constant', 'linear', 'cosine', 'stable-decay', 'drop'] as const;

/** A run has those that its choices have; the others are not there. */
export type Settings = {
  // Text
  readonly data: string;
  readonly tokenizer: string;
  readonly validationShare: number;
  readonly testShare: number;
  readonly documents: 'joined' | 'masked' | 'apart';
  readonly seed: number;
  // Model
  readonly model: ModelKind;
  readonly contextLength: number;
  readonly embedDim: number;
  readonly hiddenDim: number;
  readonly numLayers: number;
  readonly numHeads: number;
  readonly numKeyValueHeads: number;
  readonly dropout: number;
  readonly bias: boolean;
  readonly qkvBias: boolean;
  readonly tiedHead: boolean;
  readonly positions: (typeof positionKinds)[number];
  readonly norm: 'layer' | 'rms';
  readonly feedForward: 'gelu' | 'swiglu';
  readonly window: number;
  readonly softCap: number;
  readonly rotaryBase: number;
  readonly normEpsilon: number;
  readonly tokenRows: number;
  readonly initialization: 'gpt2' | 'torch' | 'nanogpt';
  readonly smoothing: number;
  // Training
  readonly steps: number;
  readonly batchSize: number;
  readonly accumulate: number;
  readonly order: 'random' | 'epochs';
  readonly optimizer: (typeof optimizerKinds)[number];
  readonly learningRate: number;
  readonly restRate: number;
  readonly momentum: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly weightDecay: number;
  readonly schedule: (typeof scheduleKinds)[number];
  readonly warmupSteps: number;
  readonly finalRate: number;
  readonly decaySteps: number;
  readonly drops: string;
  readonly clip: number;
  readonly average: number;
  readonly explosion: number;
  readonly precision: 'full' | 'half';
  // Measuring
  readonly evaluateEvery: number;
  readonly evaluateTargets: number;
  readonly patience: number;
  readonly sampleLength: number;
};

export type SettingName = keyof Settings;

/** Settings that decide which others there are. */
export type Choices = Partial<Record<'model' | 'optimizer' | 'schedule', readonly string[]>>;

export type Setting<T> = {
  readonly kind: Kind<T>;
  readonly help: string;
  /** Shown by --help, where there is no room for all. */
  readonly usual?: true;
  /** The choices that have it; all if left out. */
  readonly of?: Choices;
  /** Makes sense with one value of this choice: another, made after it, puts it aside. */
  readonly suits?: keyof Choices;
  /** When neither the model's defaults nor a preset nor anybody says; may depend on settings before it. */
  readonly otherwise: T | ((settings: Settings) => T);
};

/** What a table describes: each of some settings, in the order in which they are found out. */
export type SettingTable<Names extends SettingName> = { readonly [Name in Names]: Setting<Settings[Name]> };
