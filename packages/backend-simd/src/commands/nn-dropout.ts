// What the kernel of assembly/nn-dropout.ts takes.
import type { CommandTable } from './table.ts';

export const nnDropoutCommands = {
  dropout: ['in x', 'in seed', 'out y', 'scratch kept', 'int count', 'int limit', 'float growth'], // 64 bytes a thread
} as const satisfies CommandTable;
