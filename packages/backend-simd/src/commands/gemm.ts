// What the kernels of assembly/gemm.ts take.
import type { CommandTable } from './table.ts';

export const gemmCommands = {
  matMul: [
    'in a',
    'in b',
    'out c',
    'in bias', // or 0
    'scratch packed',
    'int batches',
    'int rows',
    'int inner',
    'int columns',
    // How many elements lie between two neighbours on an axis.
    'int aBatch',
    'int aRow',
    'int aInner',
    'int bBatch',
    'int bInner',
    'int bColumn',
    'int relu',
    // What is packed at a time.
    'int depth',
    'int height',
    'int width',
  ],
} as const satisfies CommandTable;
