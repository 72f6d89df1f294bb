// Puts our kernel in the place of one that TensorFlow.js registered.
import { getKernel, type KernelFunc, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';

/** `replacement` is given the kernel that was there; what else belongs to it (its set-up on wasm) stays. */
export function replaceKernel(
  kernelName: string,
  backendName: string,
  replacement: (original: KernelFunc) => KernelFunc,
): void {
  const config = getKernel(kernelName, backendName);
  unregisterKernel(kernelName, backendName);
  registerKernel({ ...config, kernelFunc: replacement(config.kernelFunc) });
}
