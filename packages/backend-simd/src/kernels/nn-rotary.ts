// Rotary positions.
import { Rotary, type RotaryAttributes, rotaryAngles } from '@hornbook/ops';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { SimdBackend } from '../backend.ts';
import type { NativeKernel, NativeKernels } from './native-kernel.ts';

type Angles = readonly [cosine: TensorInfo, sine: TensorInfo];

function rotate(
  backend: SimdBackend,
  x: TensorInfo,
  attributes: RotaryAttributes,
  direction: 1 | -1,
  given?: Angles,
): TensorInfo {
  const [, , time, headDim] = x.shape;
  const angles = given ?? anglesOf(backend, x, attributes);
  const y = backend.output(x.shape, 'float32');
  const rows = util.sizeFromShape(x.shape.slice(0, 3));
  const reach = attributes.layout === 'half' ? headDim / 2 : 1;
  const pointers = [x, ...angles, y].map((tensor) => backend.pointer(tensor));
  backend.emit('rotate', [...pointers, rows, time, headDim, reach, direction], rows * headDim * 3);
  if (!given) for (const table of angles) backend.disposeIntermediateTensorInfo(table);
  return y;
}

function anglesOf(
  backend: SimdBackend,
  { shape: [, , time, headDim] }: TensorInfo,
  attributes: RotaryAttributes,
): Angles {
  const { cosine, sine } = rotaryAngles(time, headDim, attributes);
  const upload = (values: Float32Array) => backend.makeTensorInfo([time, headDim], 'float32', values);
  return [upload(cosine), upload(sine)];
}

const forward: NativeKernel = ({ inputs: { x, cosine, sine }, attrs, backend }) => {
  if (x.dtype !== 'float32') return undefined;
  return rotate(backend, x, attrs as unknown as RotaryAttributes, 1, cosine && [cosine, sine]);
};

const backward: NativeKernel = ({ inputs: { dy }, attrs, backend }) =>
  dy.dtype === 'float32' ? rotate(backend, dy, attrs as unknown as RotaryAttributes, -1) : undefined;

export const nnRotaryKernels: NativeKernels = { [Rotary]: forward, [`${Rotary}Grad`]: backward };
