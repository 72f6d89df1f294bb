// The settings of the model: its kind, its sizes, and of a transformer its parts.
import { aboveZero, choice, fromZero, share, whole, yesOrNo } from './kinds.ts';
import { modelKinds, positionKinds, type SettingTable } from './settings.ts';

/** Models that take a fixed number of tokens, within one document, and score what follows the last. */
export const rowModels = ['mlp', 'batch-norm-mlp', 'hierarchical'] as const;
const recurrentModels = ['rnn', 'gru', 'lstm'] as const;
const attentive = ['gpt', 'transformer'] as const;
/** Models that score what follows each token. */
export const streamModels = ['bigram', ...recurrentModels, ...attentive] as const;
/** Models that learn step by step. */
export const trainedModels = [...streamModels, ...rowModels] as const;
const composed = { model: ['transformer'] } as const;

export const modelSettings: SettingTable<
  | ('model' | 'contextLength' | 'embedDim' | 'hiddenDim' | 'numLayers' | 'numHeads' | 'numKeyValueHeads' | 'dropout')
  | ('bias' | 'qkvBias' | 'tiedHead' | 'positions' | 'norm' | 'feedForward' | 'window' | 'softCap')
  | ('rotaryBase' | 'normEpsilon' | 'tokenRows')
  | ('initialization' | 'smoothing')
> = {
  model: { kind: choice(modelKinds), usual: true, otherwise: 'mlp', help: modelKinds.join(', ') },
  contextLength: {
    kind: whole(1),
    usual: true,
    of: { model: trainedModels },
    otherwise: 64,
    help: 'tokens to look back at',
  },
  embedDim: {
    kind: whole(1),
    usual: true,
    of: { model: [...rowModels, ...recurrentModels, ...attentive] },
    otherwise: 128,
    help: "width of a token's vector",
  },
  numLayers: {
    kind: whole(1),
    usual: true,
    of: { model: [...recurrentModels, ...attentive] },
    otherwise: 4,
    help: 'blocks, or recurrent layers',
  },
  numHeads: { kind: whole(1), usual: true, of: { model: attentive }, otherwise: 4, help: 'attention heads' },
  numKeyValueHeads: {
    kind: whole(1),
    of: composed,
    otherwise: ({ numHeads }) => numHeads,
    help: 'heads of keys and values; 1 is multi-query attention',
  },
  feedForward: { kind: choice(['gelu', 'swiglu']), of: composed, otherwise: 'swiglu', help: 'gelu or swiglu' },
  hiddenDim: {
    kind: whole(1),
    usual: true,
    of: { model: [...rowModels, ...recurrentModels, 'transformer'] },
    otherwise: ({ embedDim, feedForward }) => (feedForward === 'gelu' ? 4 * embedDim : 8 * Math.ceil(embedDim / 3)),
    help: 'width of hidden layers',
  },
  dropout: {
    kind: share,
    of: { model: attentive },
    otherwise: 0,
    help: 'share of values left out while training',
  },
  positions: { kind: choice(positionKinds), of: composed, otherwise: 'rotary', help: positionKinds.join(', ') },
  norm: { kind: choice(['layer', 'rms']), of: composed, otherwise: 'rms', help: 'layer or rms' },
  window: { kind: whole(0), of: composed, otherwise: 0, help: 'places that each place sees; 0 is all' },
  rotaryBase: {
    kind: aboveZero,
    of: composed,
    otherwise: 10_000,
    help: 'of the angles of rotary positions; larger reaches further',
  },
  normEpsilon: { kind: aboveZero, of: composed, otherwise: 1e-5, help: 'added to the mean square in rms norms' },
  tokenRows: {
    kind: whole(0),
    of: { model: attentive },
    otherwise: 0,
    help: 'rows of the token table, if more than tokens; 0 is as many',
  },
  softCap: { kind: fromZero, of: composed, otherwise: 0, help: 'bound that scores stay within; 0 is none' },
  bias: { kind: yesOrNo, of: { model: attentive }, otherwise: false, help: 'biases in linear layers and norms' },
  qkvBias: {
    kind: yesOrNo,
    of: { model: attentive },
    otherwise: ({ bias }) => bias,
    help: 'biases of queries, keys and values',
  },
  tiedHead: {
    kind: yesOrNo,
    of: { model: attentive },
    otherwise: true,
    help: 'scores come from the token table itself',
  },
  initialization: {
    kind: choice(['gpt2', 'torch', 'nanogpt']),
    of: { model: attentive },
    otherwise: 'gpt2',
    help: "first weights: gpt2's small ones, PyTorch's, or a seeded nanoGPT's",
  },
  smoothing: { kind: aboveZero, of: { model: ['counted-bigram'] }, otherwise: 1, help: 'added to every count' },
};
