// What the kernels of assembly/nn-activations.ts take.
import type { CommandTable } from './table.ts';

const forward = ['in x', 'out y', 'int count'] as const;
const backward = ['in dy', 'in x', 'out dx', 'int count'] as const;

export const nnActivationCommands = {
  geluErf: forward,
  geluErfGradient: backward,
  geluTanh: forward,
  geluTanhGradient: backward,
  silu: forward,
  siluGradient: backward,
  swiGlu: ['in gate', 'in up', 'out y', 'int count'],
  swiGluGradient: ['in dy', 'in gate', 'in up', 'out dGate', 'out dUp', 'int count'],
} as const satisfies CommandTable;
