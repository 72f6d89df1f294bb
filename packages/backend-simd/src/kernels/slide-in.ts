// The places of a cache move up, in place.
import type { SlideInAttributes } from '@hornbook/ops';
import type { NativeKernel, NativeKernels } from './native-kernel.ts';

const slideIn: NativeKernel = ({ attrs, backend }) => {
  const { old, x, filled } = attrs as unknown as SlideInAttributes;
  const [batch, heads, places, headDim] = old.shape;
  const pointers = [old, x, filled].map((tensor) => (tensor ? backend.pointer(tensor) : 0));
  backend.emit('slideIn', [...pointers, batch * heads, places, x.shape[2], headDim], old.size);
  return [];
};

export const slideInKernels: NativeKernels = { SlideIn: slideIn };
