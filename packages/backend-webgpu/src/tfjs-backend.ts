// TensorFlow.js's engine on the GPU, without any kernel: bundlers find the file that has it alone.
export { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu/dist/backend_webgpu.js';
