// TensorFlow.js's kernels that pick numbers by other numbers, for those that its shaders would change: see moves.ts.
import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { elementOf, emptyLike } from './move.ts';
import { areOurs } from './moves.ts';
import { run, sizeOf } from './program.ts';
import { type Kernel, replace } from './replace.ts';

/** In the place of TensorFlow.js's. */
export function registerPicks(): void {
  replace('GatherV2', gather);
  replace('Select', select);
}

/** Writes a number as it was read. */
const as = (x: TensorInfo) => (elementOf(x) === 'i32' ? '' : 'to_y');

/** y[b, o, i, …] = x[b, o, indices[b, i], …], and 0 for an index that x does not have, as TensorFlow.js has it on GPUs. */
const gather: Kernel = ({ inputs: { x, indices }, attrs, backend }) => {
  const { axis, batchDims = 0 } = attrs as { axis: number; batchDims?: number };
  if (!areOurs(backend, [x]) || backend.shouldExecuteOnCPU([x, indices])) return undefined;
  const { batchSize, outerSize, dimSize, sliceSize, outputShape } = backend_util.segment_util.collectGatherOpShapeInfo(
    x as Given[0],
    indices as Given[1],
    util.parseAxisParam(axis, x.shape)[0],
    batchDims,
  );
  const y = emptyLike(backend, x, outputShape);
  const threads = sizeOf(y);
  if (threads === 0) return y;
  const element = elementOf(x);
  run(backend, {
    name: 'gather',
    halves: true,
    buffers: { x: [x, 'read', element], indices: [indices, 'read', 'i32'], y: [y, 'write', element] },
    numbers: { threads, outerSize, dimSize, sliceSize, count: sizeOf(indices) / batchSize },
    threads,
    main: () => `
  if (index >= numbers.threads) { return; }
  let line = index / numbers.sliceSize;
  let rows = line / numbers.count; // of the batch and the axes before
  let picked = indices[rows / numbers.outerSize * numbers.count + line % numbers.count];
  if (picked < 0 || u32(picked) >= numbers.dimSize) {
    y[index] = ${as(x)}(0);
    return;
  }
  y[index] = x[(rows * numbers.dimSize + u32(picked)) * numbers.sliceSize + index % numbers.sliceSize];`,
  });
  return y;
};

/** TensorFlow.js asks for tensors, and looks at their shapes alone. */
type Given = Parameters<typeof backend_util.segment_util.collectGatherOpShapeInfo>;

/** A condition of one axis says it of whole rows. */
const select: Kernel = ({ inputs: { condition, t, e }, backend }) => {
  if (!areOurs(backend, [t, e], 4)) return undefined;
  const y = emptyLike(backend, t, t.shape);
  const threads = sizeOf(y);
  if (threads === 0) return y;
  const element = elementOf(t);
  run(backend, {
    name: 'select',
    halves: true,
    buffers: {
      condition: [condition, 'read', 'i32'],
      t: [t, 'read', element],
      e: [e, 'read', element],
      y: [y, 'write', element],
    },
    numbers: { threads, row: threads / sizeOf(condition) },
    threads,
    main: () => `
  if (index >= numbers.threads) { return; }
  if (condition[index / numbers.row] != 0) { y[index] = t[index]; } else { y[index] = e[index]; }`,
  });
  return y;
};
