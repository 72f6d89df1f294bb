// Slices by their indices along several axes, of all types: TensorFlow.js's shader gives another slice for one that there is not,
// and takes int32 through float32.
import { backend_util } from '@tensorflow/tfjs-core';
import { elementOf, emptyLike } from './move.ts';
import { areOurs } from './moves.ts';
import { named } from './places.ts';
import { run, sizeOf } from './program.ts';
import { type Kernel, replace } from './replace.ts';

/** In the place of TensorFlow.js's. */
export function registerGatherNd(): void {
  replace('GatherNd', gatherNd);
}

/** TensorFlow.js asks for tensors, and looks at their shapes alone. */
type Given = Parameters<typeof backend_util.prepareAndValidate>;

/** y[…] = x[indices[…, 0], indices[…, 1], …], and 0 where x does not have these. */
const gatherNd: Kernel = ({ inputs: { params: x, indices }, backend }) => {
  if (!areOurs(backend, [x], 0) || backend.shouldExecuteOnCPU([x, indices])) return undefined;
  const [shape, , sliceSize, strides] = backend_util.prepareAndValidate(x as Given[0], indices as Given[1]);
  const y = emptyLike(backend, x, shape);
  const threads = sizeOf(y);
  if (threads === 0) return y;
  const element = elementOf(x);
  const rank = strides.length;
  run(backend, {
    name: `gatherNd/${rank}`,
    halves: true,
    buffers: { x: [x, 'read', element], indices: [indices, 'read', 'i32'], y: [y, 'write', element] },
    numbers: { threads, sliceSize, ...named('size', x.shape.slice(0, rank)), ...named('stride', strides) },
    threads,
    main: () => `
  if (index >= numbers.threads) { return; }
  let slice = index / numbers.sliceSize;
  var at = index % numbers.sliceSize;
  ${strides
    .map(
      (_, axis) => `
  let picked${axis} = indices[slice * ${rank} + ${axis}];
  if (picked${axis} < 0 || u32(picked${axis}) >= numbers.size${axis}) {
    y[index] = ${element === 'i32' ? '' : 'to_y'}(0);
    return;
  }
  at += u32(picked${axis}) * numbers.stride${axis} * numbers.sliceSize;`,
    )
    .join('')}
  y[index] = x[at];`,
  });
  return y;
};
