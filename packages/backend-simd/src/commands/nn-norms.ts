// What the kernels of assembly/nn-norms.ts take. Residual, bias, sum, dSum, dResidual and partsBias may be 0: none; so may x
// where there is a residual; and the seed, where nothing is dropped.
import type { CommandTable } from './table.ts';

const dropping = [
  'in seed',
  'scratch kept',
  'int keptBytes', // of one thread
  'int limit', // dropout keeps 16 bits below this
  'float growth', // and multiplies what it keeps with this
] as const;
const forward = [
  'in x',
  'in residual',
  'in weight',
  'in bias',
  'over sum',
  'over y',
  'int rows',
  'int width',
  'float epsilon',
  ...dropping,
] as const;
const backward = [
  'in dy',
  'in x',
  'in weight',
  'in dSum',
  'over dx',
  'over dResidual',
  'out partsWeight', // [parts, stride]
  'out partsBias',
  'int rows',
  'int width',
  'float epsilon',
  'int parts',
  'int stride',
  ...dropping,
] as const;

export const nnNormCommands = {
  layerNorm: forward,
  rmsNorm: forward,
  layerNormGradient: backward,
  rmsNormGradient: backward,
} as const satisfies CommandTable;
