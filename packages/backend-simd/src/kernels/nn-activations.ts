// GELU, SiLU and SwiGLU.
import { Gelu, type GeluAttributes, Silu, SwiGlu } from '@hornbook/ops';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { CommandName } from '../commands/index.ts';
import { areFloats } from './are-floats.ts';
import type { NativeKernel, NativeKernels } from './native-kernel.ts';

/** From inputs of one shape to as many outputs of that shape. `cost` is in floating-point operations an element. */
function map(name: CommandName, inputNames: readonly string[], outputs: number, cost: number): NativeKernel {
  return ({ inputs, backend }) => {
    const given = inputNames.map((input) => inputs[input]);
    if (!areFloats(given)) return undefined;
    const { shape } = given[0];
    const made: TensorInfo[] = [];
    for (let i = 0; i < outputs; i++) made.push(backend.output(shape, 'float32'));
    const size = util.sizeFromShape(shape);
    backend.emit(name, [...given, ...made].map((x) => backend.pointer(x)).concat(size), size * cost);
    return outputs === 1 ? made[0] : made;
  };
}

/** One kernel for each form. */
function byForm(erf: NativeKernel, tanh: NativeKernel): NativeKernel {
  return (call) => ((call.attrs as unknown as GeluAttributes).form === 'erf' ? erf : tanh)(call);
}

export const nnActivationKernels: NativeKernels = {
  [Gelu]: byForm(map('geluErf', ['x'], 1, 30), map('geluTanh', ['x'], 1, 20)),
  [`${Gelu}Grad`]: byForm(map('geluErfGradient', ['dy', 'x'], 1, 45), map('geluTanhGradient', ['dy', 'x'], 1, 25)),
  [Silu]: map('silu', ['x'], 1, 16),
  [`${Silu}Grad`]: map('siluGradient', ['dy', 'x'], 1, 20),
  [SwiGlu]: map('swiGlu', ['gate', 'up'], 1, 17),
  [`${SwiGlu}Grad`]: map('swiGluGradient', ['dy', 'gate', 'up'], 2, 22),
};
