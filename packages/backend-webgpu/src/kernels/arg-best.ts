// The first place of the largest and of the smallest number along an axis, of int32 as well. TensorFlow.js's shaders take int32
// through float32, find any of equal numbers in long rows, and give the place in a single row an axis too much.
import { util } from '@tensorflow/tfjs-core';
import { empty } from '../dispatch.ts';
import type { GpuKernel, GpuKernels } from './gpu-kernel.ts';
import { lanesFor } from './lanes.ts';
import { elementOf } from './move.ts';
import { run, sizeOf } from './program.ts';

/**
 * Lanes take every so manyth number of a line, and the first of them compares what they have found. As on the CPU, NaN is
 * best where it comes first, and nowhere else, and of no numbers it is place 0.
 */
function placeOf(better: '>' | '<'): GpuKernel {
  return ({ inputs: { x }, attrs, backend }) => {
    const [axis] = util.parseAxisParam(attrs.axis as number, x.shape);
    const shape = x.shape.toSpliced(axis, 1);
    if (sizeOf(x) === 0) return backend.makeTensorInfo(shape, 'int32', new Int32Array(util.sizeFromShape(shape)));
    const y = empty(backend, shape, 'int32');
    const groups = sizeOf(y);
    const element = elementOf(x);
    run(backend, {
      name: `arg ${better}`,
      halves: true,
      buffers: { x: [x, 'read', element], y: [y, 'write', 'i32'] },
      numbers: { count: groups, length: x.shape[axis], step: util.sizeFromShape(x.shape.slice(axis + 1)) },
      size: lanesFor(x.shape[axis]),
      groups,
      declarations: () => `
var<workgroup> values: array<${element}, SIZE>;
var<workgroup> places: array<u32, SIZE>;`,
      main: () => `
  let first = group / numbers.step * numbers.length * numbers.step + group % numbers.step;
  var best = ${element}(0);
  var at = 0u;
  if (group < numbers.count) {
    best = ${element}(x[first]);
    for (var i = lane; i < numbers.length; i += SIZE) {
      let a = ${element}(x[first + i * numbers.step]);
      if (a ${better} best) {
        best = a;
        at = i;
      }
    }
  }
  values[lane] = best;
  places[lane] = at;
  workgroupBarrier();
  if (lane != 0 || group >= numbers.count) { return; }
  for (var i = 1u; i < SIZE; i++) {
    if (values[i] ${better} best || (values[i] == best && places[i] < at)) {
      best = values[i];
      at = places[i];
    }
  }
  y[group] = i32(at);`,
    });
    return y;
  };
}

export const argBestKernels: GpuKernels = { ArgMax: placeOf('>'), ArgMin: placeOf('<') };
