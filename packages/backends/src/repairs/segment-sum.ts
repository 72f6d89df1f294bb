// The gradient of gather, and so of every embedding: rows of equal id are added, in one pass, on cpu and wasm.
import {
  getKernel,
  type KernelBackend,
  type KernelFunc,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
  util,
} from '@tensorflow/tfjs-core';

const kernelName = 'UnsortedSegmentSum';

/** TensorFlow.js has no such kernel for wasm; its own for cpu walks all rows once for every row of the table. */
export function repairSegmentSum(backendName: 'cpu' | 'wasm'): void {
  if (getKernel(kernelName, backendName)) unregisterKernel(kernelName, backendName);
  registerKernel({ kernelName, backendName, kernelFunc: segmentSum });
}

/**
 * x [rows, ...], segmentIds [rows] → [numSegments, ...]; a row whose id is not in 0 … numSegments - 1 is left out.
 * Rows are added in their order, in float32, as PyTorch adds them: the same bits in every run.
 *
 * @example ids [1, 1, 0], rows [[1, 2], [10, 20], [100, 200]] → [[100, 200], [11, 22]]
 */
const segmentSum: KernelFunc = ({ inputs, backend, attrs }) => {
  const { x, segmentIds } = inputs as { x: TensorInfo; segmentIds: TensorInfo };
  const numSegments = Number(attrs?.numSegments);
  if (segmentIds.shape.length !== 1 || segmentIds.shape[0] !== x.shape[0]) {
    throw new RangeError(
      `Expected one segment id for each of ${x.shape[0]} rows, got ids of shape [${segmentIds.shape}]`,
    );
  }
  const engine = backend as KernelBackend;
  const values = engine.readSync(x.dataId) as Float32Array | Int32Array;
  const ids = engine.readSync(segmentIds.dataId) as Int32Array;

  const shape = [numSegments, ...x.shape.slice(1)];
  const width = util.sizeFromShape(x.shape.slice(1));
  const size = numSegments * width;
  const sums = x.dtype === 'int32' ? new Int32Array(size) : new Float32Array(size);
  for (let row = 0; row < ids.length; row++) {
    if (ids[row] < 0 || ids[row] >= numSegments) continue;
    const from = row * width;
    const to = ids[row] * width;
    for (let i = 0; i < width; i++) sums[to + i] += values[from + i];
  }
  const dtype = x.dtype === 'int32' ? 'int32' : 'float32';
  return { dataId: engine.write(sums, shape, dtype), shape, dtype };
};
