// What is done to a product's numbers as they are written.
import { activationFunctions } from '../kernels/activations.ts';

/** The last two multiply with the slope of GELU at what was before it, which is then a buffer of y's shape. */
export type Activation = 'linear' | 'relu' | 'geluErf' | 'geluTanh' | 'geluErfSlope' | 'geluTanhSlope';

/** Functions that `activated` calls. */
export function activationCode(activation: Activation): string {
  if (activation === 'linear') return '';
  if (activation === 'relu') return 'fn activate(x: f32) -> f32 { return select(x, 0.0, x < 0.0); }';
  const bodies = {
    geluErf: 'x * below(x)',
    geluTanh: 'x * gateOf(x)',
    geluErfSlope: 'slopeOfErf(x)',
    geluTanhSlope: 'slopeOfTanh(x)',
  };
  return `alias T = f32;${activationFunctions}\nfn activate(x: f32) -> f32 { return ${bodies[activation]}; }`;
}

/** Whether the activation reads what was before it, instead of having that kept. */
export function readsBefore(activation: Activation): boolean {
  return activation === 'geluErfSlope' || activation === 'geluTanhSlope';
}

/** The activation of `x`, a name of one number or of four; `before` is where what was before it stands. */
export function activated(activation: Activation, x: string, before: string, type: 'f32' | 'vec4f'): string {
  if (activation === 'linear') return x;
  const given = readsBefore(activation) ? before : x;
  const result =
    type === 'f32' ? `activate(${given})` : `vec4f(${[0, 1, 2, 3].map((i) => `activate(${given}[${i}])`)})`;
  return readsBefore(activation) ? `${x} * ${result}` : result;
}
