// What the kernels of assembly/reduce-lines.ts take.
import type { CommandTable } from './table.ts';

const lines = ['in x', 'out y', 'int outer', 'int length', 'int inner'] as const;

export const reduceLinesCommands = {
  argMax: lines,
  argMin: lines,
  product: lines,
  sumOfInts: lines,
  anyBools: lines,
  allBools: lines,
  cumsum: [...lines, 'int exclusive', 'int reverse'],
  cumsumOfInts: [...lines, 'int exclusive', 'int reverse'],
} as const satisfies CommandTable;
