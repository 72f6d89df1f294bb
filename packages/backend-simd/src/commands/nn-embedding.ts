// What the kernels of assembly/nn-embedding.ts take. Positions may be 0: none.
import type { CommandTable } from './table.ts';

export const nnEmbeddingCommands = {
  embedRows: ['in table', 'in ids', 'in positions', 'out y', 'int count', 'int width', 'int vocabSize', 'int time'],
  sumPositions: ['in dy', 'out dPositions', 'int count', 'int width', 'int time', 'int places'],
} as const satisfies CommandTable;
