// The largest numbers of each row and their places, of int32 as int32: TensorFlow.js's shaders take it through float32.
import { empty } from '../dispatch.ts';
import { elementOf, emptyLike } from './move.ts';
import { run, sizeOf } from './program.ts';
import { type Kernel, replace } from './replace.ts';

/** In the place of TensorFlow.js's, which also changes the shape that it is given for k = 0, and gives rows of one to two owners. */
export function registerTopK(): void {
  replace('TopK', topK);
}

/** Each number counts those before it in the order, largest first and equal ones as they come: that is its place. Takes n² for n. */
const topK: Kernel = ({ inputs: { x }, attrs, backend }) => {
  const { k } = attrs as { k: number };
  const length = x.shape.at(-1) as number;
  if (backend.shouldExecuteOnCPU([x]) || (x.dtype !== 'int32' && k > 0 && length > 1)) return undefined;
  const shape = x.shape.with(-1, k);
  const values = emptyLike(backend, x, shape);
  if (sizeOf(values) === 0) return [values, backend.makeTensorInfo(shape, 'int32', new Int32Array(0))];
  const indices = empty(backend, shape, 'int32');
  const threads = sizeOf(x);
  const element = elementOf(x);
  run(backend, {
    name: 'topK',
    halves: true,
    buffers: { x: [x, 'read', element], values: [values, 'write', element], indices: [indices, 'write', 'i32'] },
    numbers: { threads, length, k },
    threads,
    main: () => `
  if (index >= numbers.threads) { return; }
  let first = index / numbers.length * numbers.length;
  let a = x[index];
  var before = 0u;
  for (var i = first; i < first + numbers.length; i++) {
    if (x[i] > a || (x[i] == a && i < index)) { before++; }
  }
  if (before >= numbers.k) { return; }
  let place = index / numbers.length * numbers.k + before;
  values[place] = a;
  indices[place] = i32(index - first);`,
  });
  return [values, indices];
};
