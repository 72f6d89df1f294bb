// What the kernels of assembly/movement.ts take. A copy has up to nine axes; of absent ones nothing need be given.
import type { CommandTable } from './table.ts';

const copy = [
  ...['in x', 'out y', 'int number of axes'],
  ...['int size 1', 'int x stride 1', 'int y stride 1'],
  ...['int size 2', 'int x stride 2', 'int y stride 2'],
  ...['int size 3', 'int x stride 3', 'int y stride 3'],
  ...['int size 4', 'int x stride 4', 'int y stride 4'],
  ...['int size 5', 'int x stride 5', 'int y stride 5'],
  ...['int size 6', 'int x stride 6', 'int y stride 6'],
  ...['int size 7', 'int x stride 7', 'int y stride 7'],
  ...['int size 8', 'int x stride 8', 'int y stride 8'],
  ...['int size 9', 'int x stride 9', 'int y stride 9'],
] as const;

export const movementCommands = {
  copyWords: copy,
  copyBytes: copy,
  transposeWords: ['in x', 'out y', 'int count', 'int rows', 'int columns'],
  gatherRows: ['in x', 'in ids', 'out y', 'int outer', 'int count', 'int length', 'int width'],
  slideIn: ['inout old', 'in x', 'in filled', 'int rows', 'int places', 'int time', 'int width'], // filled or 0
  addRows: ['in x', 'in ids', 'inout y', 'int count', 'int width', 'int rows'],
  oneHot: ['in ids', 'out y', 'int count', 'int depth', 'float on', 'float off'],
  oneHotInts: ['in ids', 'out y', 'int count', 'int depth', 'int on', 'int off'],
} as const satisfies CommandTable;
