// Matrix products of int32 as int32: see whole-numbers.ts. Also those of float32 whose batches spread along several axes, which
// TensorFlow.js's shaders do not know. Plain sums, one invocation for each.
import { broadcast_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { empty } from '../dispatch.ts';
import { elementOf } from './move.ts';
import { named, place, stridesIn } from './places.ts';
import { run, sizeOf } from './program.ts';
import { type Kernel, replace } from './replace.ts';

/** Behind ours for float32. */
export function registerWholeProducts(): void {
  replace('BatchMatMul', multiply);
}

const multiply: Kernel = ({ inputs: { a, b }, attrs, backend }) => {
  const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean };
  const [depth, rows] = transposeA ? a.shape.slice(-2) : a.shape.slice(-2).reverse();
  const [inner, columns] = transposeB ? b.shape.slice(-2).reverse() : b.shape.slice(-2);
  const whole = a.dtype === 'int32' && b.dtype === 'int32';
  if (inner !== depth || sizeOf(a) * sizeOf(b) === 0 || !(whole || spreads(a, b))) return undefined;
  const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const shape = [...broadcast_util.assertAndGetBroadcastShape(batchA, batchB), rows, columns];
  const batch = shape.slice(0, -2);
  const y = empty(backend, shape, whole ? 'int32' : 'float32');
  const threads = sizeOf(y);
  const element = elementOf(a);
  const [rowA, depthA] = transposeA ? [1, rows] : [depth, 1];
  const [depthB, columnB] = transposeB ? [1, depth] : [columns, 1];
  run(backend, {
    name: `wholeProduct/${shape.length}`,
    buffers: { a: [a, 'read', element], b: [b, 'read', element], y: [y, 'write', element] },
    numbers: {
      threads,
      depth,
      depthA,
      depthB,
      ...named('size', shape),
      ...named('a', [...stridesIn(batchA, batch).map((stride) => stride * rows * depth), rowA, 0]),
      ...named('b', [...stridesIn(batchB, batch).map((stride) => stride * depth * columns), 0, columnB]),
    },
    threads,
    main: () => `
  if (index >= numbers.threads) { return; }
  let startA = ${place('index', 'size', 'a', shape)};
  let startB = ${place('index', 'size', 'b', shape)};
  var sum = ${element}(0);
  for (var i = 0u; i < numbers.depth; i++) {
    sum += a[startA + i * numbers.depthA] * b[startB + i * numbers.depthB];
  }
  y[index] = sum;`,
  });
  return y;
};

/** Whether both have batches that the other is to be repeated for. */
function spreads(a: TensorInfo, b: TensorInfo): boolean {
  const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const whole = util.sizeFromShape(broadcast_util.assertAndGetBroadcastShape(batchA, batchB));
  return a.dtype === 'float32' && Math.max(util.sizeFromShape(batchA), util.sizeFromShape(batchB)) < whole;
}
