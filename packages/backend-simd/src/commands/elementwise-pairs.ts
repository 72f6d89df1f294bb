// What the kernels of assembly/elementwise-pairs.ts take: up to five axes of rows; of absent ones nothing need be given.
import type { CommandTable } from './table.ts';

const pair = [
  ...['in x', 'in y', 'over z', 'int size', 'int row length', 'int x step', 'int y step', 'int number of axes'],
  ...['int size 1', 'int x stride 1', 'int y stride 1'],
  ...['int size 2', 'int x stride 2', 'int y stride 2'],
  ...['int size 3', 'int x stride 3', 'int y stride 3'],
  ...['int size 4', 'int x stride 4', 'int y stride 4'],
  ...['int size 5', 'int x stride 5', 'int y stride 5'],
] as const;

export const elementwisePairsCommands = {
  add: pair,
  sub: pair,
  multiply: pair,
  divide: pair,
  minimum: pair,
  maximum: pair,
  squaredDifference: pair,
  power: pair,
  addInts: pair,
  subInts: pair,
  multiplyInts: pair,
  minimumInts: pair,
  maximumInts: pair,
  equal: pair,
  notEqual: pair,
  less: pair,
  lessEqual: pair,
  equalInts: pair,
  notEqualInts: pair,
  lessInts: pair,
  lessEqualInts: pair,
} as const satisfies CommandTable;
