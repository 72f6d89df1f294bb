// TensorFlow.js's engine on the GPU; in Node its kernels come with it.
export { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
