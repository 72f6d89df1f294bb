// Sums of many tensors on webgpu, a few at a time: a shader sees only so many buffers at once.
// TensorFlow.js binds all of them, and above the device's limit the sum silently comes out as zeros.
import type { GpuBackend } from '@hornbook/backend-webgpu';
import type { NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import { replaceKernel } from './replace-kernel.ts';

/** 12 tensors where 8 buffers fit (7 inputs and the sum): 7 are added, then that sum and the other 5. */
export function repairAddMany(): void {
  replaceKernel('AddN', 'webgpu', (addSome) => ({ inputs, backend, attrs }) => {
    const engine = backend as GpuBackend;
    const most = engine.device.limits.maxStorageBuffersPerShaderStage - 1;
    const add = (terms: TensorInfo[]) =>
      addSome({ inputs: terms as unknown as NamedTensorInfoMap, backend, attrs }) as TensorInfo;

    const terms = Object.values(inputs) as TensorInfo[];
    let sum = add(terms.slice(0, most));
    for (let next = most; next < terms.length; next += most - 1) {
      const part = sum;
      sum = add([part, ...terms.slice(next, next + most - 1)]);
      engine.disposeData(part.dataId);
    }
    return sum;
  });
}
