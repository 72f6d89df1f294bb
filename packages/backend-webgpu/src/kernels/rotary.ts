// Rotary positions.
import { Rotary, type RotaryAttributes, rotaryAngles } from '@hornbook/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../backend.ts';
import { emptyActivation } from '../half.ts';
import type { GpuKernel, GpuKernels } from './gpu-kernel.ts';
import { run, sizeOf } from './program.ts';

/**
 * Cosines and sines for places from 0 on, [places, headDim] each. A GPU's own are too coarse for large angles; made by the
 * host they are uploaded once for all layers and steps.
 */
type Angles = { readonly cosine: TensorInfo; readonly sine: TensorInfo };

const known = new WeakMap<GpuBackend, Map<string, Angles>>();

function anglesFor(backend: GpuBackend, time: number, headDim: number, attributes: RotaryAttributes): Angles {
  const { layout, base, offset } = attributes;
  const places = 2 ** Math.ceil(Math.log2(offset + time)); // generation, which asks for one place more each time, finds them
  const tables = known.get(backend) ?? new Map<string, Angles>();
  known.set(backend, tables);
  const key = [places, headDim, layout, base].join();
  const found = tables.get(key);
  if (found) return found;
  const { cosine, sine } = rotaryAngles(places, headDim, { ...attributes, offset: 0 });
  const upload = (values: Float32Array) => backend.makeTensorInfo([places, headDim], 'float32', values);
  const made = { cosine: upload(cosine), sine: upload(sine) };
  tables.set(key, made);
  return made;
}

/** @param given the angles of x's own places, where a recorded step makes them anew at each run */
function rotate(
  backend: GpuBackend,
  x: TensorInfo,
  attributes: RotaryAttributes,
  direction: 1 | -1,
  given?: Angles,
): TensorInfo {
  const [, , time, headDim] = x.shape;
  const y = emptyActivation(backend, x.shape);
  const threads = sizeOf(x);
  if (threads === 0) return y;
  const { cosine, sine } = given ?? anglesFor(backend, time, headDim, attributes);
  const offset = given ? 0 : attributes.offset;
  const half = attributes.layout === 'half';
  run(backend, {
    name: `rotate ${attributes.layout}`,
    halves: true,
    buffers: { x: [x, 'read'], cosine: [cosine, 'read'], sine: [sine, 'read'], y: [y, 'write'] },
    numbers: { threads, time, headDim, offset, direction: { f32: direction } },
    threads,
    main: () => `
  if (index >= numbers.threads) { return; }
  let column = index % numbers.headDim;
  let place = index / numbers.headDim % numbers.time + numbers.offset;
  let half = numbers.headDim / 2;
  let other = ${half ? 'select(index - half, index + half, column < half)' : 'index ^ 1'};
  let i = place * numbers.headDim + column;
  y[index] = to_y(f32(x[index]) * f32(cosine[i]) + f32(x[other]) * f32(sine[i]) * numbers.direction);`,
  });
  return y;
}

const forward: GpuKernel = ({ inputs: { x, cosine, sine }, attrs, backend }) =>
  rotate(backend, x, attrs as unknown as RotaryAttributes, 1, cosine && { cosine, sine });

const backward: GpuKernel = ({ inputs: { dy }, attrs, backend }) =>
  rotate(backend, dy, attrs as unknown as RotaryAttributes, -1);

export const rotaryKernels: GpuKernels = { [Rotary]: forward, [`${Rotary}Grad`]: backward };
