// Cumulative sums and products along a negative axis, which TensorFlow.js gets wrong on every engine:
// cpu returns nothing, webgpu throws, and wasm writes outside of its tensors.
import { util } from '@tensorflow/tfjs-core';
import { replaceKernel } from './replace-kernel.ts';

/** `cumsum(x, -1)` of a matrix is `cumsum(x, 1)`; the kernels are right for the second. */
export function repairCumulativeAxis(backendName: string): void {
  for (const name of ['Cumsum', 'Cumprod']) {
    replaceKernel(name, backendName, (original) => ({ inputs, backend, attrs }) => {
      const [axis] = util.parseAxisParam(Number(attrs?.axis), inputs.x?.shape ?? []);
      return original({ inputs, backend, attrs: { ...attrs, axis } });
    });
  }
}
