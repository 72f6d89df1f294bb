// What the kernels of assembly/gemm-few.ts take.
import type { CommandTable } from './table.ts';

export const gemmFewCommands = {
  matMulFew: [
    'in a',
    'in b',
    'out c',
    'in bias', // or 0
    'int rows',
    'int inner',
    'int columns',
    // How many elements lie between two neighbours on an axis; one of b's is 1.
    'int aRow',
    'int aInner',
    'int bInner',
    'int bColumn',
    'int relu',
  ],
} as const satisfies CommandTable;
