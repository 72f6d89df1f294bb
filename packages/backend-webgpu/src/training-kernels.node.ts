// Registers all of TensorFlow.js's kernels: Node cannot load them one by one.
import '@tensorflow/tfjs-backend-webgpu';
