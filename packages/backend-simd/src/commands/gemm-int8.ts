// What the kernels of assembly/gemm-int8.ts take.
import type { CommandTable } from './table.ts';

export const gemmInt8Commands = {
  matMulInt8: [
    'in x',
    'in packed',
    'in scales',
    'in bias', // or 0
    'out y',
    'int rows',
    'int inner',
    'int columns',
    'scratch sums', // 128 bytes for each thread
  ],
} as const satisfies CommandTable;
