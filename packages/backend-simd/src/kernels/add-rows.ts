// Sums of rows by their ids, which join another tensor without being made first: so the gradient of a table that is used
// twice, by its rows and as a matrix, takes the memory of one.
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { SimdBackend } from '../backend.ts';
import type { NativeKernel } from './native-kernel.ts';

/** values [count, ...row], ids [count] → [rows, ...row]: rows of equal id are added in their order, from 0 on. */
export function sumOfRows(values: TensorInfo, ids: TensorInfo, shape: number[], backend: SimdBackend): TensorInfo {
  const [rows, ...row] = shape;
  const count = util.sizeFromShape(ids.shape);
  const width = util.sizeFromShape(row);
  return backend.addLater(shape, [values, ids], ([from, by], to) =>
    backend.emit('addRows', [from, by, to, count, width, rows], 2 * count * width),
  );
}

/** Add, where one side is such a sum. */
export const addToSum: NativeKernel = ({ inputs: { a, b }, backend }) => {
  if (!util.arraysEqual(a.shape, b.shape) || a.dtype !== 'float32' || b.dtype !== 'float32') return undefined;
  return backend.addedTo(a, b) ?? backend.addedTo(b, a);
};
