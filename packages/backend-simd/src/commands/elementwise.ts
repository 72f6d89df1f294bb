// What the kernels of assembly/elementwise.ts take.
import type { CommandTable } from './table.ts';

const map = ['in x', 'over y', 'int size'] as const;
const mapWithOne = [...map, 'float p'] as const;

export const elementwiseCommands = {
  neg: map,
  abs: map,
  square: map,
  sqrt: map,
  rsqrt: map,
  reciprocal: map,
  exp: map,
  expm1: map,
  log: map,
  log1p: map,
  tanh: map,
  sigmoid: map,
  erf: map,
  sin: map,
  cos: map,
  sign: map,
  floor: map,
  ceil: map,
  round: map,
  relu: map,
  relu6: map,
  leakyRelu: mapWithOne,
  step: mapWithOne,
  clip: ['in x', 'over y', 'int size', 'float smallest', 'float largest'],
} as const satisfies CommandTable;
