// A CPU engine for TensorFlow.js. Importing it registers the backend `simd`.
import { registerBackend } from '@tensorflow/tfjs-core';
import { registerKernels } from './delegate.ts';
import { start } from './start.ts';

export type { SimdBackend } from './backend.ts';

registerKernels('simd');
registerBackend('simd', start, 2); // below a GPU, level with webgl: a hint to TensorFlow.js where no engine is set
