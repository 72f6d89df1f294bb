// TensorFlow.js's kernels that put numbers where others say, for int32, which its shaders take through float32, or whose bits
// they take for those of float32. Where several numbers meet they are added, and whole numbers in any order give the same sum.
import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../backend.ts';
import { fillWith, move, rowMajor } from './move.ts';
import { named } from './places.ts';
import { run, sizeOf } from './program.ts';
import { type Kernel, replace } from './replace.ts';
import { areWhole } from './whole-numbers.ts';

/** In the place of TensorFlow.js's. */
export function registerScatters(): void {
  for (const [name, kernel] of Object.entries(kernels)) replace(name, kernel);
}

type Scatter = {
  /** A number for each of `axes`, for each slice. */
  readonly indices: TensorInfo;
  /** The lengths of these axes, and how far apart the slices lie along them, in slices. Slices beyond them are left out. */
  readonly axes: readonly number[];
  readonly strides: readonly number[];
  /** The numbers of each slice, one after the other; one for all; or 1, when left out. */
  readonly values?: TensorInfo;
  readonly sliceSize: number;
  /** How many slices there are to a row of the result, and how many numbers in such a row; one row for all when left out. */
  readonly row?: { readonly slices: number; readonly size: number };
  readonly how: 'atomicAdd' | 'atomicStore';
};

function scatter(backend: GpuBackend, y: TensorInfo, scatter: Scatter): void {
  const { indices, axes, strides, values, sliceSize, row, how } = scatter;
  const threads = (sizeOf(indices) / axes.length) * sliceSize;
  if (threads === 0 || sizeOf(y) === 0) return;
  const one = !values || sizeOf(values) === 1;
  run(backend, {
    name: `${how}/${axes.length}/${one}`,
    buffers: {
      indices: [indices, 'read', 'i32'],
      ...(values && { values: [values, 'read', 'i32'] }),
      y: [y, 'update', 'atomic<i32>'],
    },
    numbers: {
      threads,
      sliceSize,
      slices: row?.slices ?? threads,
      rowSize: row?.size ?? 0,
      ...named('size', axes),
      ...named('stride', strides),
    },
    threads,
    main: () => `
  if (index >= numbers.threads) { return; }
  let slice = index / numbers.sliceSize;
  var at = index % numbers.sliceSize + slice / numbers.slices * numbers.rowSize;
  ${axes
    .map(
      (_, axis) => `
  let picked${axis} = indices[slice * ${axes.length} + ${axis}];
  if (picked${axis} < 0 || u32(picked${axis}) >= numbers.size${axis}) { return; }
  at += u32(picked${axis}) * numbers.stride${axis} * numbers.sliceSize;`,
    )
    .join('')}
  ${how}(&y[at], ${values ? `values[${one ? '0' : 'index'}]` : '1'});`,
  });
}

/** Where the slices of these indices go in a tensor of this shape. */
function slicesOf(indices: TensorInfo, values: TensorInfo, shape: number[]) {
  const { sliceRank, strides, sliceSize } = backend_util.calculateShapes(values as Given, indices as Given, shape);
  return { indices, values, axes: shape.slice(0, sliceRank), strides, sliceSize };
}

/** TensorFlow.js asks for tensors, and looks at their shapes alone. */
type Given = Parameters<typeof backend_util.calculateShapes>[0];

function zeros(backend: GpuBackend, shape: readonly number[]): TensorInfo {
  const y = backend.makeTensorInfo([...shape], 'int32');
  fillWith(backend, y, 0);
  return y;
}

const scatterNd: Kernel = ({ inputs: { indices, updates }, attrs, backend }) => {
  const shape = attrs.shape as number[];
  if (!areWhole(backend, updates) || util.sizeFromShape(shape) === 0) return undefined;
  const y = zeros(backend, shape);
  scatter(backend, y, { ...slicesOf(indices, updates, shape), how: 'atomicAdd' });
  return y;
};

const tensorScatterUpdate: Kernel = ({ inputs: { tensor, indices, updates }, backend }) => {
  if (!areWhole(backend, tensor, updates)) return undefined;
  const y = backend.makeTensorInfo(tensor.shape, 'int32');
  move(backend, y.shape, [tensor, rowMajor(y.shape)], [y, rowMajor(y.shape)]);
  scatter(backend, y, { ...slicesOf(indices, updates, y.shape), how: 'atomicStore' });
  return y;
};

const sparseToDense: Kernel = ({ inputs: { sparseIndices, sparseValues, defaultValue }, attrs, backend }) => {
  const shape = attrs.outputShape as number[];
  if (!areWhole(backend, sparseValues, defaultValue) || util.sizeFromShape(shape) === 0) return undefined;
  const y = backend.makeTensorInfo(shape, 'int32');
  move(backend, shape, [defaultValue, { start: 0, strides: shape.map(() => 0) }], [y, rowMajor(shape)]);
  scatter(backend, y, { ...slicesOf(sparseIndices, sparseValues, shape), how: 'atomicStore' });
  return y;
};

/** Row i of x joins the sum that segmentIds[i] names. */
const segmentSum: Kernel = ({ inputs: { x, segmentIds }, attrs, backend }) => {
  if (!areWhole(backend, x) || segmentIds.shape.length !== 1) return undefined;
  const axes = [attrs.numSegments as number];
  const row = x.shape.slice(1);
  const y = zeros(backend, [...axes, ...row]);
  const sliceSize = util.sizeFromShape(row);
  scatter(backend, y, { indices: segmentIds, axes, strides: [1], values: x, sliceSize, how: 'atomicAdd' });
  return y;
};

/** How often each number below `size` is in x, or in each row of it: or its weights' sum, or whether it is there. */
const bincount: Kernel = ({ inputs: { x, weights }, attrs, backend }) => {
  const { size, binaryOutput = false } = attrs as { size: number; binaryOutput?: boolean };
  if (weights.dtype !== 'int32' || !areWhole(backend, x) || size === 0) return undefined;
  const y = zeros(backend, [...x.shape.slice(0, -1), size]);
  scatter(backend, y, {
    ...{ indices: x, axes: [size], strides: [1], sliceSize: 1 },
    values: binaryOutput || sizeOf(weights) === 0 ? undefined : weights,
    row: { slices: x.shape.at(-1) as number, size },
    how: binaryOutput ? 'atomicStore' : 'atomicAdd',
  });
  return y;
};

const kernels: Readonly<Record<string, Kernel>> = {
  Bincount: bincount,
  DenseBincount: bincount,
  ScatterNd: scatterNd,
  SparseToDense: sparseToDense,
  TensorScatterUpdate: tensorScatterUpdate,
  UnsortedSegmentSum: segmentSum,
};
