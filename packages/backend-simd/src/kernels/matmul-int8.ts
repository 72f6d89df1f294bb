// Products with weights of one byte.
import { Int8MatMul } from '@hornbook/ops';
import type { NativeKernel, NativeKernels } from './native-kernel.ts';

const matMul: NativeKernel = ({ inputs: { x, packed, scales, bias }, backend }) => {
  if (x.dtype !== 'float32') return undefined;
  const [rows, inner] = x.shape;
  const [columns] = scales.shape;
  const y = backend.output([rows, columns], 'float32');
  const pointers = [x, packed, scales, bias, y].map((tensor) => (tensor ? backend.pointer(tensor) : 0));
  backend.emit('matMulInt8', [...pointers, rows, inner, columns, 128 * backend.threads], 2 * rows * inner * columns);
  return y;
};

export const matMulInt8Kernels: NativeKernels = { [Int8MatMul]: matMul };
