// What the kernels of assembly/elementwise-types.ts take.
import type { CommandTable } from './table.ts';

const one = ['in x', 'over y', 'int size'] as const;
const two = ['in x', 'in y', 'over z', 'int size'] as const;

export const elementwiseTypesCommands = {
  floatsToInts: one,
  floatsToBools: one,
  intsToFloats: one,
  intsToBools: one,
  boolsToFloats: one,
  boolsToInts: one,
  fill: ['out y', 'int bytes', 'int word'],
  fillFloats: ['out y', 'int bytes', 'float value'],
  choose: ['in condition', 'in t', 'in e', 'over y', 'int size'],
  andBools: two,
  orBools: two,
  notBools: one,
  addMany: ['in a', 'in b', 'in c', 'in d', 'over y', 'int size', 'int count'],
} as const satisfies CommandTable;
