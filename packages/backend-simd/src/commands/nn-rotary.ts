// What the kernel of assembly/nn-rotary.ts takes.
import type { CommandTable } from './table.ts';

export const nnRotaryCommands = {
  rotate: [
    'in x',
    'in cosine',
    'in sine',
    'out y',
    'int rows',
    'int time',
    'int headDim',
    'int reach',
    'float direction',
  ],
} as const satisfies CommandTable;
