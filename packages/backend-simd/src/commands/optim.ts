// What the kernels of assembly/optim.ts take.
import type { CommandTable } from './table.ts';

const momentum = ['inout parameter', 'in gradient', 'inout velocity', 'int size'] as const;
const adam = ['inout parameter', 'in gradient', 'inout mean', 'inout variance', 'int size', 'int decays'] as const;
const lion = ['inout parameter', 'in gradient', 'inout mean', 'int size', 'int decays'] as const;

export const optimCommands = {
  sgd: [{ list: ['inout parameter', 'in gradient', 'int size'] }, 'int count', 'in rates'],
  sgdMomentum: [{ list: momentum }, 'int count', 'in rates', 'int nesterov'],
  adamw: [{ list: adam }, 'int count', 'in rates'],
  adam: [{ list: adam }, 'int count', 'in rates'],
  lion: [{ list: lion }, 'int count', 'in rates'],
  average: [{ list: ['inout average', 'in value', 'int size'] }, 'int count', 'in rates'],
  sumSquares: [{ list: ['in x', 'int size', 'int chunk'] }, 'int count', 'out partials', 'int chunks'],
  rootOfSum: ['in partials', 'int chunks', 'out norm'],
  clipNorm: [{ list: ['inout x', 'int size'] }, 'int count', 'in norm', 'float limit'],
  clipNormCopy: [{ list: ['in x', 'out y', 'int size'] }, 'int count', 'in norm', 'float limit'],
} as const satisfies CommandTable;
