// Dropout from a seed: the gradient is the same kernel again.
import { Dropout, type DropoutAttributes, keptBelow, keptScale } from '@hornbook/ops';
import { util } from '@tensorflow/tfjs-core';
import { areFloats } from './are-floats.ts';
import type { NativeKernel, NativeKernels } from './native-kernel.ts';

const dropout: NativeKernel = ({ inputs, attrs, backend }) => {
  const { x = inputs.dy, seed } = inputs;
  if (!areFloats([x])) return undefined;
  const { rate } = attrs as unknown as DropoutAttributes;
  const y = backend.output(x.shape, 'float32');
  const size = util.sizeFromShape(x.shape);
  const pointers = [x, seed, y].map((tensor) => backend.pointer(tensor));
  backend.emit('dropout', [...pointers, 64 * backend.threads, size, keptBelow(rate), keptScale(rate)], size * 10);
  return y;
};

export const nnDropoutKernels: NativeKernels = { [Dropout]: dropout, [`${Dropout}Grad`]: dropout };
