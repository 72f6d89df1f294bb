// Registers every kernel that TensorFlow.js has for the CPU under our name, and ours in the place of those we have.
import {
  getKernelsForBackend,
  type KernelConfig,
  type KernelFunc,
  registerKernel,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { SimdBackend } from './backend.ts';
import { nativeKernels } from './kernels/index.ts';
import type { NativeKernel } from './kernels/native-kernel.ts';

export function registerKernels(backendName: string): void {
  const configs = new Map(getKernelsForBackend('cpu').map((config) => [config.kernelName, config]));
  for (const config of configs.values()) {
    if (config.kernelName in nativeKernels) continue;
    registerKernel({ ...config, backendName, kernelFunc: delegated(config) });
  }
  for (const [kernelName, kernel] of Object.entries(nativeKernels)) {
    registerKernel({
      ...configs.get(kernelName),
      kernelName,
      backendName,
      kernelFunc: native(kernel, configs.get(kernelName)),
    });
  }
}

function delegated({ kernelName, kernelFunc }: KernelConfig): KernelFunc {
  return (call) => (call.backend as SimdBackend).delegate(kernelName, () => kernelFunc(call));
}

function native(kernel: NativeKernel, config: KernelConfig | undefined): KernelFunc {
  return ({ inputs, attrs, backend: any }) => {
    const backend = any as SimdBackend;
    const result = kernel({ inputs: inputs as Record<string, TensorInfo>, attrs: attrs ?? {}, backend });
    if (result) return result;
    if (!config) throw new TypeError('Expected tensors of float32 (ids of int32), got others: cast them');
    return backend.delegate(config.kernelName, () => config.kernelFunc({ inputs, attrs, backend }));
  };
}
