// The settings of training and of what is measured meanwhile.
import { aboveZero, choice, fromZero, share, times, whole } from './kinds.ts';
import { trainedModels } from './model-settings.ts';
import { rateDrops } from './rate-drops.ts';
import { type Choices, optimizerKinds, type SettingTable, scheduleKinds } from './settings.ts';

const trained = { model: trainedModels } as const;
const optimizers = (...optimizer: (typeof optimizerKinds)[number][]): Choices => ({ ...trained, optimizer });
const schedules = (...schedule: (typeof scheduleKinds)[number][]): Choices => ({ ...trained, schedule });

export const trainingSettings: SettingTable<
  | ('steps' | 'batchSize' | 'accumulate' | 'order' | 'optimizer' | 'learningRate' | 'restRate' | 'momentum')
  | ('beta1' | 'beta2' | 'weightDecay' | 'schedule' | 'warmupSteps' | 'finalRate' | 'decaySteps' | 'drops')
  | ('clip' | 'average' | 'explosion' | 'precision')
> = {
  steps: { kind: whole(1), usual: true, of: trained, otherwise: 1000, help: 'updates to make' },
  batchSize: { kind: whole(1), usual: true, of: trained, otherwise: 32, help: 'examples in a batch' },
  accumulate: { kind: whole(1), of: trained, otherwise: 1, help: 'batches that make one update together' },
  order: {
    kind: choice(['random', 'epochs']),
    of: trained,
    otherwise: 'random',
    help: 'examples at random, or each once before any again',
  },
  optimizer: {
    kind: choice(optimizerKinds),
    usual: true,
    of: trained,
    otherwise: 'adamw',
    help: optimizerKinds.join(', '),
  },
  learningRate: {
    kind: aboveZero,
    usual: true,
    of: trained,
    suits: 'optimizer',
    otherwise: ({ optimizer }) => ({ sgd: 0.1, adam: 1e-3, adamw: 1e-3, lion: 1e-4, muon: 0.02 })[optimizer],
    help: 'at its highest',
  },
  restRate: {
    kind: aboveZero,
    of: optimizers('muon'),
    otherwise: ({ learningRate }) => learningRate / 20,
    help: "AdamW's rate, for what Muon does not take",
  },
  momentum: {
    kind: share,
    of: optimizers('sgd', 'muon'),
    otherwise: ({ optimizer }) => (optimizer === 'muon' ? 0.95 : 0),
    help: 'how much of the last direction carries over',
  },
  beta1: {
    kind: share,
    of: optimizers('adam', 'adamw', 'lion', 'muon'),
    otherwise: 0.9,
    help: 'how long the mean of gradients remembers',
  },
  beta2: {
    kind: share,
    of: optimizers('adam', 'adamw', 'lion', 'muon'),
    otherwise: ({ optimizer }) => (optimizer === 'lion' ? 0.99 : 0.999),
    help: 'the same for the mean of squares',
  },
  weightDecay: {
    kind: fromZero,
    of: optimizers('adam', 'adamw', 'lion', 'muon'),
    otherwise: 0,
    help: 'shrinks matrices at every step',
  },
  schedule: {
    kind: choice(scheduleKinds),
    usual: true,
    of: trained,
    otherwise: 'linear',
    help: scheduleKinds.join(', '),
  },
  warmupSteps: {
    kind: whole(0),
    of: schedules('linear', 'cosine', 'stable-decay'),
    otherwise: ({ schedule, steps }) => (schedule === 'linear' ? 0 : Math.min(100, Math.floor(steps / 10))),
    help: 'steps over which the rate climbs',
  },
  finalRate: {
    kind: fromZero,
    of: schedules('linear', 'cosine', 'stable-decay'),
    suits: 'optimizer',
    otherwise: ({ schedule, learningRate }) => (schedule === 'cosine' ? learningRate / 10 : 0),
    help: 'where the rate ends',
  },
  decaySteps: {
    kind: whole(1),
    of: schedules('stable-decay'),
    otherwise: ({ steps }) => Math.ceil(steps / 5),
    help: 'steps over which the rate falls at the end',
  },
  drops: {
    kind: rateDrops,
    of: schedules('drop'),
    otherwise: ({ steps, learningRate }) => `${Math.ceil(steps / 2)}:${learningRate / 10}`,
    help: 'rates from given steps on: 1000:0.01,2000:0.001',
  },
  clip: { kind: fromZero, of: trained, otherwise: 0, help: 'longest gradient used in full; 0 is any' },
  average: {
    kind: share,
    of: trained,
    otherwise: 0,
    help: 'judge and keep a moving average, such as 0.999; 0 is none',
  },
  explosion: {
    kind: times,
    of: trained,
    otherwise: 100,
    help: 'stop where the loss is so many times its lowest; 0 never',
  },
  precision: {
    kind: choice(['full', 'half']),
    of: trained,
    otherwise: 'full',
    help: 'half keeps activations in 16 bits, on a GPU that can',
  },
};

export const measuringSettings: SettingTable<'evaluateEvery' | 'evaluateTargets' | 'patience' | 'sampleLength'> = {
  evaluateEvery: {
    kind: whole(1),
    of: trained,
    otherwise: ({ steps }) => Math.ceil(steps / 10),
    help: 'steps between measurements and saves',
  },
  evaluateTargets: {
    kind: whole(0),
    otherwise: 32_768, // enough for two digits, few enough to be quick
    help: 'tokens to predict in a measurement; 0 is all held out',
  },
  patience: {
    kind: whole(0),
    of: trained,
    otherwise: 0,
    help: 'measurements without a gain after which to stop; 0 never',
  },
  sampleLength: {
    kind: whole(0),
    of: trained,
    otherwise: 100,
    help: 'tokens of new text to show at each measurement; 0 is none',
  },
};
