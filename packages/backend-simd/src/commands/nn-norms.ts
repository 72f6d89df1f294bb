// What the kernels of assembly/nn-norms.ts take. Residual, bias, sum, dSum and partsBias may be 0: none.
import type { CommandTable } from './table.ts';

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
] as const;
const backward = [
  'in dy',
  'in x',
  'in weight',
  'in dSum',
  'over dx',
  'out partsWeight', // [parts, stride]
  'out partsBias',
  'int rows',
  'int width',
  'float epsilon',
  'int parts',
  'int stride',
] as const;

export const nnNormCommands = {
  layerNorm: forward,
  rmsNorm: forward,
  layerNormGradient: backward,
  rmsNormGradient: backward,
} as const satisfies CommandTable;
