// Whole numbers to float32, in memory too. TensorFlow.js's engine lets the result share the whole numbers' memory, which its
// own shaders allow for; to others the bits are those of other numbers.
import { getKernel, type KernelConfig, registerKernel, type TensorInfo, unregisterKernel } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../backend.ts';
import { output, run, sizeOf } from './program.ts';

/** In the place of TensorFlow.js's. */
export function registerCast(): void {
  const original: KernelConfig = getKernel('Cast', 'webgpu');
  unregisterKernel('Cast', 'webgpu');
  registerKernel({
    ...original,
    kernelFunc(call) {
      const x = call.inputs.x as TensorInfo;
      const whole = x.dtype === 'int32' || x.dtype === 'bool';
      if (!whole || call.attrs?.dtype !== 'float32') return original.kernelFunc(call);
      return toFloat(call.backend as GpuBackend, x);
    },
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
