// Registers all of TensorFlow.js's kernels, and ours for those that training does not call: Node cannot load them one by one.
import '@tensorflow/tfjs-backend-webgpu';
import { registerOtherKernels } from './register-others.ts';

registerOtherKernels();
