// Puts our kernels in the place of TensorFlow.js's, which have been loaded before.
import { findBackendFactory, removeBackend } from '@tensorflow/tfjs-core';
import { registerFusedKernels } from './kernels/index.ts';
import { registerWholeMoves } from './kernels/whole-moves.ts';
import { registerWholeNumbers } from './kernels/whole-numbers.ts';
import { registerProducts } from './matmul/kernels.ts';

export function registerKernels(): void {
  if (findBackendFactory('webgpu')) removeBackend('webgpu'); // TensorFlow.js's own, which it registers as it loads
  registerFusedKernels();
  registerProducts();
  registerWholeNumbers();
  registerWholeMoves();
}
