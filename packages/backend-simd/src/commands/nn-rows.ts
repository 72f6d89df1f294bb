// What the kernel of assembly/nn-rows.ts takes.
import type { CommandTable } from './table.ts';

export const nnRowCommands = {
  sumParts: ['in parts', 'out sum', 'int parts', 'int width', 'int stride'],
} as const satisfies CommandTable;
