// What the kernels of assembly/reduce.ts take.
import type { CommandTable } from './table.ts';

const rows = ['in x', 'out y', 'int rows', 'int width', 'int size'] as const;
const columns = ['in x', 'out y', 'int outer', 'int length', 'int inner'] as const;

export const reduceCommands = {
  sumRows: [...rows, 'int divisor'],
  sumColumns: [...columns, 'int divisor'],
  maxRows: rows,
  minRows: rows,
  maxRowsOfInts: rows,
  minRowsOfInts: rows,
  maxColumns: columns,
  minColumns: columns,
  maxColumnsOfInts: columns,
  minColumnsOfInts: columns,
  softmax: ['in x', 'out y', 'int rows', 'int width'],
} as const satisfies CommandTable;
