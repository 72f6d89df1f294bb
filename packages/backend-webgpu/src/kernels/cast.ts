// Whole numbers to float32, in memory too. TensorFlow.js's engine lets the result share the whole numbers' memory, which its
// own shaders allow for; to others the bits are those of other numbers.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../backend.ts';
import { output, run, sizeOf } from './program.ts';
import { replace } from './replace.ts';

/** In the place of TensorFlow.js's. */
export function registerCast(): void {
  replace('Cast', ({ inputs: { x }, attrs, backend }) => {
    const whole = x.dtype === 'int32' || x.dtype === 'bool';
    return whole && attrs.dtype === 'float32' ? toFloat(backend, x) : undefined;
  });
}

function toFloat(backend: GpuBackend, x: TensorInfo): TensorInfo {
  const y = output(backend, x.shape);
  const threads = sizeOf(x);
  if (threads === 0) return y;
  run(backend, {
    name: 'cast',
    buffers: { x: [x, 'read', 'i32'], y: [y, 'write'] }, // true and false are 1 and 0
    numbers: { threads },
    threads,
    main: () => `
  if (index >= numbers.threads) { return; }
  y[index] = f32(x[index]);`,
  });
  return y;
}
