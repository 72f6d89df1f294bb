// GELU, SiLU and SwiGLU.
import { Gelu, type GeluAttributes, Silu, SwiGlu } from '@hornbook/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { emptyActivation } from '../half.ts';
import type { GpuKernel, GpuKernels } from './gpu-kernel.ts';
import { run, sizeOf, widest } from './program.ts';

/**
 * From inputs of one shape to outputs of that shape, `T` being a number or four: the body assigns the outputs at `index`,
 * reading the inputs, which are constants of their own names there, by the functions `to_…`.
 */
function map(name: string, inputNames: readonly string[], outputNames: readonly string[], body: string): GpuKernel {
  return ({ inputs, backend }) => {
    const { shape } = inputs[inputNames[0]];
    const made = outputNames.map((): TensorInfo => emptyActivation(backend, shape));
    const size = sizeOf(made[0]);
    const { element, lanes } = widest(size);
    const read = inputNames.map((input) => [`${input}s`, [inputs[input], 'read', element]] as const);
    const written = outputNames.map((output, i) => [output, [made[i], 'write', element]] as const);
    const threads = size / lanes;
    if (size > 0) {
      run(backend, {
        name,
        halves: true,
        buffers: Object.fromEntries([...read, ...written]),
        numbers: { threads },
        threads,
        declarations: () => `alias T = ${element};${activationFunctions}`,
        main: () => `
  if (index >= numbers.threads) { return; }
  ${inputNames.map((input) => `let ${input} = T(${input}s[index]);`).join(' ')}
  ${body}`,
      });
    }
    return outputNames.length === 1 ? made[0] : made;
  };
}

/**
 * Of a type T, f32 or vec4f. `below` is the normal distribution function, (1 + erf(x / √2)) / 2: near 0 by erf's odd polynomial, further out by
 * e^-q / 2 with a polynomial q, so that small probabilities keep their digits. The fits are those of the CPU engine.
 * `gateOf` is that of the tanh form: (1 + tanh(u)) / 2 = sigmoid(2u), which keeps its digits where the former cancels.
 */
export const activationFunctions = `
fn sigmoid(x: T) -> T { return 1.0 / (1.0 + exp(-x)); }

fn slopeOfSilu(x: T) -> T {
  let share = sigmoid(x);
  return share * (x * (1.0 - share) + 1.0);
}

fn below(x: T) -> T {
  let scaled = x * 0.70710678;
  let square = scaled * scaled;
  var p = 8.267462544608861e-5 * square - 0.0008118075784295797;
  p = p * square + 0.005198829807341099;
  p = p * square - 0.02685849741101265;
  p = p * square + 0.1128367930650711;
  p = p * square - 0.37612631916999817;
  p = p * square + 0.12837916612625122;
  let near = 0.5 + 0.5 * (scaled * p + scaled);
  let t = min(abs(scaled), T(3.95));
  var q = 2.0828510969295166e-5 * t - 0.000431392400059849;
  q = q * t + 0.004156249575316906;
  q = q * t - 0.0250806026160717;
  q = q * t + 0.10822036117315292;
  q = q * t + 0.6334008574485779;
  q = q * t + 1.1294883489608765;
  q = q * t - 0.0001692036457825452;
  let rest = select(0.5 * exp(-q), T(0.0), t == T(3.95));
  let far = select(rest, 1.0 - rest, x > T(0.0));
  return select(far, near, t < T(0.9));
}

fn density(x: T) -> T { return 0.3989422804 * exp(-0.5 * x * x); }

fn slopeOfErf(x: T) -> T { return below(x) + x * density(x); }

fn gateOf(x: T) -> T { return sigmoid(x * (1.5957691216 * 0.044715 * x * x + 1.5957691216)); }

fn slopeOfTanh(x: T) -> T {
  let share = gateOf(x);
  let inner = x * (1.5957691216 * 3.0 * 0.044715 * x * x + 1.5957691216); // x · (2u)'
  return share * (inner * (1.0 - share) + 1.0);
}
`;

/** One kernel for each form. */
function byForm(erf: GpuKernel, tanh: GpuKernel): GpuKernel {
  return (call) => ((call.attrs as unknown as GeluAttributes).form === 'erf' ? erf : tanh)(call);
}

const geluErf = map('geluErf', ['x'], ['y'], 'y[index] = to_y(x * below(x));');
const geluTanh = map('geluTanh', ['x'], ['y'], 'y[index] = to_y(x * gateOf(x));');
const geluErfGradient = map('geluErfGradient', ['dy', 'x'], ['dx'], 'dx[index] = to_dx(dy * slopeOfErf(x));');
const geluTanhGradient = map('geluTanhGradient', ['dy', 'x'], ['dx'], 'dx[index] = to_dx(dy * slopeOfTanh(x));');

export const activationKernels: GpuKernels = {
  [Gelu]: byForm(geluErf, geluTanh),
  [`${Gelu}Grad`]: byForm(geluErfGradient, geluTanhGradient),
  [Silu]: map('silu', ['x'], ['y'], 'y[index] = to_y(x * sigmoid(x));'),
  [`${Silu}Grad`]: map('siluGradient', ['dy', 'x'], ['dx'], 'dx[index] = to_dx(dy * slopeOfSilu(x));'),
  [SwiGlu]: map('swiGlu', ['gate', 'up'], ['y'], 'y[index] = to_y(gate * sigmoid(gate) * up);'),
  [`${SwiGlu}Grad`]: map(
    'swiGluGradient',
    ['dy', 'gate', 'up'],
    ['dGate', 'dUp'],
    'dGate[index] = to_dGate(dy * up * slopeOfSilu(gate)); dUp[index] = to_dUp(dy * gate * sigmoid(gate));',
  ),
};
