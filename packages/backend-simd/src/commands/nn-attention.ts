// What the kernels of assembly/nn-attention.ts take. Bias, mask and seed may be 0: none.
import type { CommandTable } from './table.ts';

export const attentionArguments = [
  'in query',
  'in key',
  'in value',
  'in bias',
  'in mask',
  'in seed',
  'scratch own',
  'int ownBytes', // of one thread
  'int batch',
  'int heads',
  'int keyHeads',
  'int time',
  'int keys',
  'int headDim',
  'int valueDim',
  'int window',
  'float scale',
  'int maskBatch', // numbers from one batch of the mask to the next
  'int maskHead',
  'int maskRow',
  'int packed', // query, key and value are one tensor, a row of which holds all heads
  'int limit', // dropout keeps 16 bits below this
  'float growth', // and multiplies what it keeps with this
] as const;

export const nnAttentionCommands = {
  causalAttention: [...attentionArguments, 'out output'],
} as const satisfies CommandTable;
