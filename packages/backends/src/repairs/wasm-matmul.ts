// Matrix multiplication on wasm, led to the one fast path that TensorFlow.js has there: a single, plain product.
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { getKernel, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { replaceKernel } from './replace-kernel.ts';

/** Multiply-adds in one product from which the detour costs less than it saves. */
const worthwhile = 32_768;

/**
 * A product with a transposed operand, or of a batch, runs at 0.5 to 2.5 GFLOP/s there, a single plain one at 15 to 30.
 * So operands are transposed first, and a batch is multiplied one by one. The README has the measurements.
 */
export function repairMatMul(): void {
  for (const name of ['BatchMatMul', '_FusedMatMul']) {
    replaceKernel(name, 'wasm', (multiply) => (call) => {
      const { inputs, attrs } = call;
      const backend = call.backend as BackendWasm;
      const { a, b } = inputs as { a: TensorInfo; b: TensorInfo };
      const [inner, rows] = attrs?.transposeA ? a.shape.slice(-2) : a.shape.slice(-2).reverse();
      const columns = b.shape.at(attrs?.transposeB ? -2 : -1) as number;
      // A single row reads each number of b once, which is all that transposing it would do.
      if (rows === 1 || rows * inner * columns < worthwhile) return multiply(call);

      const left = attrs?.transposeA ? transpose(backend, a) : a;
      const right = attrs?.transposeB ? transpose(backend, b) : b;
      const plain = (operands: { a: TensorInfo; b: TensorInfo }) =>
        multiply({
          inputs: { ...inputs, ...operands },
          backend,
          attrs: { ...attrs, transposeA: false, transposeB: false },
        }) as TensorInfo;
      const batch = a.shape.slice(0, -2);
      const sameBatch = batch.join() === b.shape.slice(0, -2).join() && util.sizeFromShape(batch) > 1;
      const product =
        name === 'BatchMatMul' && sameBatch ? oneByOne(backend, plain, left, right) : plain({ a: left, b: right });
      if (left !== a) backend.disposeData(left.dataId);
      if (right !== b) backend.disposeData(right.dataId);
      return product;
    });
  }
}

/** [..., m, n] → [..., n, m] */
function transpose(backend: BackendWasm, x: TensorInfo): TensorInfo {
  const [rows, columns] = x.shape.slice(-2);
  const batch = x.shape.slice(0, -2);
  const flat = { ...x, shape: [util.sizeFromShape(batch), rows, columns] };
  const kernel = getKernel('Transpose', 'wasm').kernelFunc;
  const flipped = kernel({ inputs: { x: flat }, backend, attrs: { perm: [0, 2, 1] } }) as TensorInfo;
  return { ...flipped, shape: [...batch, columns, rows] };
}

/** [..., rows, inner] by [..., inner, columns], as many single products as there are matrices. */
function oneByOne(
  backend: BackendWasm,
  multiply: (operands: { a: TensorInfo; b: TensorInfo }) => TensorInfo,
  left: TensorInfo,
  right: TensorInfo,
): TensorInfo {
  const batch = left.shape.slice(0, -2);
  const [rows, inner] = left.shape.slice(-2);
  const columns = right.shape.at(-1) as number;
  const result = backend.makeOutput([...batch, rows, columns], 'float32');
  for (let i = 0; i < util.sizeFromShape(batch); i++) {
    const a = matrix(backend, left, i, [1, rows, inner]);
    const b = matrix(backend, right, i, [1, inner, columns]);
    const product = multiply({ a, b });
    // Both views are made now: any allocation can move the memory that they look into.
    backend.typedArrayFromHeap(result).set(backend.typedArrayFromHeap(product), i * rows * columns);
    for (const { dataId } of [a, b, product]) backend.disposeData(dataId);
  }
  return result;
}

/** A copy of the i-th matrix of a batch. */
function matrix(backend: BackendWasm, x: TensorInfo, i: number, shape: [number, number, number]): TensorInfo {
  const size = shape[1] * shape[2];
  const copy = backend.makeOutput(shape, 'float32');
  backend.typedArrayFromHeap(copy).set(backend.typedArrayFromHeap(x).subarray(i * size, (i + 1) * size));
  return copy;
}
