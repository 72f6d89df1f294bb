// Functions of one float32 tensor, element by element. Other types are left to TensorFlow.js.
import { util } from '@tensorflow/tfjs-core';
import type { CommandName } from '../commands/index.ts';
import type { NativeKernel, NativeKernels } from './native-kernel.ts';

/** `cost` is in floating-point operations; `attributes` are handed to the kernel in this order. */
function map(name: CommandName, cost = 1, attributes: readonly string[] = []): NativeKernel {
  return ({ inputs: { x }, attrs, backend }) => {
    if (x.dtype !== 'float32') return undefined;
    const size = util.sizeFromShape(x.shape);
    const y = backend.output(x.shape, 'float32');
    const args = [backend.pointer(x), backend.pointer(y), size];
    for (const attribute of attributes) args.push(attrs[attribute] as number);
    backend.emit(name, args, size * cost);
    return y;
  };
}

export const elementwiseKernels: NativeKernels = {
  Neg: map('neg'),
  Abs: map('abs'),
  Square: map('square'),
  Sqrt: map('sqrt', 2),
  Rsqrt: map('rsqrt', 4),
  Reciprocal: map('reciprocal', 2),
  Exp: map('exp', 10),
  Expm1: map('expm1', 12),
  Log: map('log', 15),
  Log1p: map('log1p', 18),
  Tanh: map('tanh', 20),
  Sigmoid: map('sigmoid', 15),
  Erf: map('erf', 25),
  Sin: map('sin', 20),
  Cos: map('cos', 20),
  Sign: map('sign'),
  Floor: map('floor'),
  Ceil: map('ceil'),
  Round: map('round'),
  Relu: map('relu'),
  Relu6: map('relu6'),
  LeakyRelu: map('leakyRelu', 1, ['alpha']),
  Step: map('step', 1, ['alpha']),
  ClipByValue: map('clip', 1, ['clipValueMin', 'clipValueMax']),
};
