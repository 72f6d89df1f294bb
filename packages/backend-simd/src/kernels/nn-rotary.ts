// Rotary positions.
import { Rotary, type RotaryAttributes, rotaryAngles } from '@hornbook/ops';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { SimdBackend } from '../backend.ts';
import type { NativeKernel, NativeKernels } from './native-kernel.ts';

function rotate(backend: SimdBackend, x: TensorInfo, attributes: RotaryAttributes, direction: 1 | -1): TensorInfo {
  const [, , time, headDim] = x.shape;
  const angles = rotaryAngles(time, headDim, attributes);
  const [cosine, sine] = [angles.cosine, angles.sine].map((values) =>
    backend.makeTensorInfo([time, headDim], 'float32', values),
  );
  const y = backend.output(x.shape, 'float32');
  const rows = util.sizeFromShape(x.shape.slice(0, 3));
  const reach = attributes.layout === 'half' ? headDim / 2 : 1;
  const pointers = [x, cosine, sine, y].map((tensor) => backend.pointer(tensor));
  backend.emit('rotate', [...pointers, rows, time, headDim, reach, direction], rows * headDim * 3);
  for (const table of [cosine, sine]) backend.disposeIntermediateTensorInfo(table);
  return y;
}

const forward: NativeKernel = ({ inputs: { x }, attrs, backend }) =>
  x.dtype === 'float32' ? rotate(backend, x, attrs as unknown as RotaryAttributes, 1) : undefined;

const backward: NativeKernel = ({ inputs: { dy }, attrs, backend }) =>
  dy.dtype === 'float32' ? rotate(backend, dy, attrs as unknown as RotaryAttributes, -1) : undefined;

export const nnRotaryKernels: NativeKernels = { [Rotary]: forward, [`${Rotary}Grad`]: backward };
