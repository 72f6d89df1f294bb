// Puts our kernels in the place of TensorFlow.js's, which have been loaded before.
import { engine, findBackendFactory, removeBackend } from '@tensorflow/tfjs-core';
import { GpuBackend } from './backend.ts';
import { registerFusedKernels } from './kernels/index.ts';
import { registerMoves } from './kernels/moves.ts';
import { registerPicks } from './kernels/picks.ts';
import { registerWholeNumbers } from './kernels/whole-numbers.ts';
import { registerWholeSums } from './kernels/whole-sums.ts';
import { registerProducts } from './matmul/kernels.ts';

export function registerKernels(): void {
  // TensorFlow.js's own, which it registers as it loads. Ours may run already, when the other entry is loaded behind one.
  if (findBackendFactory('webgpu') && !(engine().registry.webgpu instanceof GpuBackend)) removeBackend('webgpu');
  registerFusedKernels();
  registerProducts();
  registerWholeNumbers();
  registerWholeSums();
  registerMoves();
  registerPicks();
}
