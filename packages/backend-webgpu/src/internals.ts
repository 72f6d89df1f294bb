// What TensorFlow.js keeps to itself of its WebGPU backend, and our kernels and recordings work with. Its version is pinned.
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { BufferPool } from './buffer-pool.ts';

export type Internals = {
  bufferManager: BufferPool;
  commandEncoder: GPUCommandEncoder | null;
  computePassEncoder: GPUComputePassEncoder | null;
  /** Tensors that commands use which are not submitted yet: their buffers are freed at the next submit. */
  commandQueueOwnedIds: WeakSet<object>;
  uniformPendingDisposal: GPUBuffer[];
  dispatchCountInPass: number;
};

export function internalsOf(backend: WebGPUBackend): Internals {
  return backend as unknown as Internals;
}
