// What the kernels of assembly/nn-activations.ts take.
import type { CommandTable } from './table.ts';

const forward = ['in x', 'over y', 'int count'] as const;
const backward = ['in dy', 'in x', 'over dx', 'int count'] as const;
const slope = ['inout x', 'out slope', 'int count'] as const;

export const nnActivationCommands = {
  geluErf: forward,
  geluErfGradient: backward,
  geluErfSlope: slope,
  geluTanh: forward,
  geluTanhGradient: backward,
  geluTanhSlope: slope,
  silu: forward,
  siluGradient: backward,
  swiGlu: ['in gate', 'in up', 'over y', 'int count'],
  swiGluGradient: ['in dy', 'in gate', 'in up', 'over dGate', 'over dUp', 'int count'],
} as const satisfies CommandTable;
