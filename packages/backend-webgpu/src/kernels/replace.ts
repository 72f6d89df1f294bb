// Puts kernels of ours before TensorFlow.js's, which run where ours do not apply.
import { getKernel, type KernelConfig, registerKernel, type TensorInfo, unregisterKernel } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../backend.ts';
import type { KernelCall } from './gpu-kernel.ts';

/** What the kernel leaves to TensorFlow.js gives undefined. */
export type Kernel = (call: KernelCall) => TensorInfo | TensorInfo[] | undefined;

/** A bundle for training has not all of TensorFlow.js's kernels: for what is not there, nothing is done. */
export function replace(name: string, kernel: Kernel): void {
  const original: KernelConfig | undefined = getKernel(name, 'webgpu');
  if (!original) return;
  unregisterKernel(name, 'webgpu');
  registerKernel({
    ...original,
    kernelFunc(call) {
      const { inputs, attrs, backend } = call;
      const given = { inputs: inputs as KernelCall['inputs'], attrs: attrs ?? {}, backend: backend as GpuBackend };
      return kernel(given) ?? original.kernelFunc(call);
    },
  });
}
