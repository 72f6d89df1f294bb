// A GPU engine for TensorFlow.js. Importing it, once `installDawn` was called in Node, registers its kernels.
import '@tensorflow/tfjs-backend-webgpu';
import { registerKernels } from './register.ts';
import { registerOtherKernels } from './register-others.ts';

export type { Adapter } from './adapter.ts';
export { GpuBackend } from './backend.ts';
export { type Binding, dispatch, empty, grid, type Shader } from './dispatch.ts';
export { GpuError } from './gpu-error.ts';
export { startWebgpu, tuneProducts } from './start.ts';

registerKernels();
registerOtherKernels();
