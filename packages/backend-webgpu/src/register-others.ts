// Puts our kernels in the place of those of TensorFlow.js that training and generation do not call, which have been loaded before.
import { registerGatherNd } from './kernels/gather-nd.ts';
import { registerScatters } from './kernels/scatters.ts';
import { registerTopK } from './kernels/top-k.ts';
import { registerWholeProducts } from './kernels/whole-products.ts';

export function registerOtherKernels(): void {
  registerGatherNd();
  registerScatters();
  registerTopK();
  registerWholeProducts();
}
