// What every engine needs of TensorFlow.js first: the gradients of all operations, and quiet.
import { enableProdMode } from '@tensorflow/tfjs-core';
import { repairProductGradient } from './repairs/product-gradient.ts';

export async function prepareTensorflow(): Promise<void> {
  enableProdMode(); // no advertisement in Node; it also silences warnings, and changes no number
  await import('#gradients');
  repairProductGradient();
}
