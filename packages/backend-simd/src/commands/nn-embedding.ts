// What the kernels of assembly/nn-embedding.ts take. Positions and dPositions may be 0: none.
import type { CommandTable } from './table.ts';

export const nnEmbeddingCommands = {
  embedRows: ['in table', 'in ids', 'in positions', 'out y', 'int count', 'int width', 'int vocabSize', 'int time'],
  embedRowsGradient: [
    'in dy',
    'in ids',
    'out dTable',
    'out dPositions',
    'int count',
    'int width',
    'int vocabSize',
    'int time',
    'int places',
  ],
} as const satisfies CommandTable;
