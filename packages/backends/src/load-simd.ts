// Our engine in WebAssembly, with SIMD and threads.
import type { SimdBackend } from '@hornbook/backend-simd';
import { findBackendFactory, registerBackend, removeBackend } from '@tensorflow/tfjs-core';
import { repairCumulativeAxis } from './repairs/cumulative-axis.ts';

/** @throws Error where WebAssembly or its SIMD is missing */
export async function loadSimd(): Promise<SimdBackend> {
  await import('@hornbook/backend-simd');
  // Started here and not by TensorFlow.js, which keeps the reason of a failure to itself.
  const backend = (await findBackendFactory('simd')()) as SimdBackend;
  repairCumulativeAxis('simd');
  removeBackend('simd');
  registerBackend('simd', () => backend);
  return backend;
}
