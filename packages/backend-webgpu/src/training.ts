// The same engine for pages that only train and generate: of TensorFlow.js's kernels it has those that these call.
import '#training-kernels';
import { registerKernels } from './register.ts';

export type { Adapter } from './adapter.ts';
export { GpuBackend } from './backend.ts';
export { type Binding, dispatch, empty, grid, type Shader } from './dispatch.ts';
export { GpuError } from './gpu-error.ts';
export { startWebgpu, tuneProducts } from './start.ts';

registerKernels();
