// A GPU engine for TensorFlow.js. Importing it, once `installDawn` was called in Node, registers its kernels.
import { findBackendFactory, removeBackend } from '@tensorflow/tfjs-core';
import { registerFusedKernels } from './kernels/index.ts';
import { registerProducts } from './matmul/kernels.ts';

export type { Adapter } from './adapter.ts';
export { GpuBackend } from './backend.ts';
export { type Binding, dispatch, empty, grid, type Shader } from './dispatch.ts';
export { GpuError } from './gpu-error.ts';
export { startWebgpu, tuneProducts } from './start.ts';

if (findBackendFactory('webgpu')) removeBackend('webgpu'); // TensorFlow.js's own, which it registers as it loads
registerFusedKernels();
registerProducts();
