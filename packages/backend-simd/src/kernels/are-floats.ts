// Whether kernels of float32 alone can take these.
import type { TensorInfo } from '@tensorflow/tfjs-core';

export function areFloats(tensors: readonly (TensorInfo | undefined)[]): boolean {
  return tensors.every((tensor) => tensor === undefined || tensor.dtype === 'float32');
}
