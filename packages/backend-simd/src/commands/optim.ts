// What the kernels of assembly/optim.ts take. The factor may be 0: none.
import type { CommandTable } from './table.ts';

const momentum = ['inout parameter', 'in gradient', 'inout velocity', 'int size'] as const;
const adam = ['inout parameter', 'in gradient', 'inout mean', 'inout variance', 'int size', 'int decays'] as const;
const lion = ['inout parameter', 'in gradient', 'inout mean', 'int size', 'int decays'] as const;

export const optimCommands = {
  sgd: [{ list: ['inout parameter', 'in gradient', 'int size'] }, 'int count', 'in rates', 'in factor'],
  sgdMomentum: [{ list: momentum }, 'int count', 'in rates', 'in factor', 'int nesterov'],
  adamw: [{ list: adam }, 'int count', 'in rates', 'in factor'],
  adam: [{ list: adam }, 'int count', 'in rates', 'in factor'],
  lion: [{ list: lion }, 'int count', 'in rates', 'in factor'],
  average: [{ list: ['inout average', 'in value', 'int size'] }, 'int count', 'in rates'],
  sumSquares: [{ list: ['in x', 'int size', 'int chunk'] }, 'int count', 'out partials', 'int chunks'],
  rootOfSum: ['in partials', 'int chunks', 'out norm'],
  clipFactor: ['in norm', 'float limit', 'out factor'],
} as const satisfies CommandTable;
