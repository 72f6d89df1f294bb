// An embedding in ordinary operations, with a gradient that is the same bits on every run.
import {
  add,
  cast,
  gather,
  getBackend,
  matMul,
  oneHot,
  reshape,
  slice,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
  unsortedSegmentSum,
} from '@tensorflow/tfjs-core';
import { withGradient } from '../with-gradient.ts';

export function plainEmbedding(table: Tensor2D, ids: Tensor, positions?: Tensor2D): Tensor {
  const [vocabSize, embedDim] = table.shape;
  const rows = withGradient(
    [table],
    () => ({ value: gather(table, ids) as Tensor, saved: [ids] }),
    (dy, [savedIds]) => [
      sumByRow(reshape(dy, [-1, embedDim]) as Tensor2D, reshape(savedIds, [-1]) as Tensor1D, vocabSize),
    ],
  );
  if (!positions) return rows;
  const time = ids.shape[ids.rank - 1];
  return add(rows, time === positions.shape[0] ? positions : slice(positions, [0, 0], [time, embedDim]));
}

/** values [n, embedDim], rows [n] → [numRows, embedDim]: the sum of all values that belong to each row. */
function sumByRow(values: Tensor2D, rows: Tensor1D, numRows: number): Tensor2D {
  // TensorFlow.js's segment sum on WebGPU adds with atomics, in another order on every run.
  if (getBackend() === 'webgpu') return sumByOneHot(values, rows, numRows);
  return unsortedSegmentSum(values, rows, numRows) as Tensor2D;
}

// Slices bound the memory of the one-hot matrix, and keep the matrix product below the 2000 terms from which
// TensorFlow.js's WebGPU engine, too, may add with atomics.
const sliceLength = 1024;

/** The same as one-hot times matrix: transpose(oneHot(rows)) · values. */
function sumByOneHot(values: Tensor2D, rows: Tensor1D, numRows: number): Tensor2D {
  const [length, width] = values.shape;
  const part = (start: number): Tensor2D =>
    tidy(() => {
      const size = Math.min(sliceLength, length - start);
      const places = cast(oneHot(slice(rows, [start], [size]), numRows), 'float32'); // [size, numRows]
      return matMul(places, slice(values, [start, 0], [size, width]), true) as Tensor2D;
    });
  let sum = part(0);
  for (let start = sliceLength; start < length; start += sliceLength) {
    const next = part(start);
    const total = add(sum, next) as Tensor2D;
    sum.dispose();
    next.dispose();
    sum = total;
  }
  return sum;
}
