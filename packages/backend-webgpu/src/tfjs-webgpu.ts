// TensorFlow.js's engine on the GPU, with the kernels of all its operations.
export { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
