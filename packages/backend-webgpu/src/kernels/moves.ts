// TensorFlow.js's kernels that move numbers, for those that its shaders would change: int32, which they take through float32
// and its 24 bits, and activations of 16 bits, which they are given as 32. Also for bool and more axes than they know.
import { backend_util, slice_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../backend.ts';
import { emptyLike, fillWith, move, rowMajor } from './move.ts';
import { sizeOf } from './program.ts';
import { type Kernel, replace } from './replace.ts';

/** In the place of TensorFlow.js's. */
export function registerMoves(): void {
  for (const [name, kernel] of Object.entries(kernels)) replace(name, kernel);
}

/** Whether numbers of this type are ours to move. @param rank the most axes that TensorFlow.js's own shader knows for float32 */
export function areOurs(backend: GpuBackend, tensors: readonly TensorInfo[], rank = 6): boolean {
  const [{ dtype, shape }] = tensors;
  if (tensors.some((tensor) => tensor.dtype !== dtype)) return false;
  if (dtype === 'float32') return shape.length > rank || tensors.every(({ dataId }) => backend.halves.has(dataId));
  return (dtype === 'int32' || dtype === 'bool') && !backend.shouldExecuteOnCPU([...tensors]);
}

type Region = {
  readonly begin: readonly number[];
  readonly size: readonly number[];
  /** 1 along every axis when left out. */
  readonly steps?: readonly number[];
  /** `size` when left out. */
  readonly shape?: readonly number[];
};

/** The elements begin + [i, j, …] · steps. */
function regionOf(backend: GpuBackend, x: TensorInfo, { begin, size, steps, shape = size }: Region): TensorInfo {
  const y = emptyLike(backend, x, shape);
  const { strides } = rowMajor(x.shape);
  const start = strides.reduce((sum, stride, axis) => sum + begin[axis] * stride, 0);
  const from = { start, strides: strides.map((stride, axis) => stride * (steps?.[axis] ?? 1)) };
  move(backend, size, [x, from], [y, rowMajor(size)]);
  return y;
}

const slice: Kernel = ({ inputs: { x }, attrs, backend }) => {
  if (!areOurs(backend, [x])) return undefined;
  const given = attrs as { begin: number | number[]; size?: number | number[] };
  const [begin, size] = slice_util.parseSliceParams(x as Sliced, given.begin, given.size);
  slice_util.assertParamsValid(x as Sliced, begin, size);
  return regionOf(backend, x, { begin, size });
};

/** TensorFlow.js asks for a tensor, and looks at its shape alone. */
type Sliced = Parameters<typeof slice_util.parseSliceParams>[0];

const stridedSlice: Kernel = ({ inputs: { x }, attrs, backend }) => {
  if (!areOurs(backend, [x], 4)) return undefined;
  const { begin, end, strides, ...masks } = attrs as unknown as StridedSliceAttributes;
  const { beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = masks;
  const info = slice_util.sliceInfo(
    ...([x.shape, begin, end, strides] as const),
    ...([beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask] as const),
  );
  const { finalShapeSparse: size, finalShape: shape } = info;
  return regionOf(backend, x, { begin: info.begin, size, steps: info.strides, shape });
};

type StridedSliceAttributes = Readonly<Record<'begin' | 'end' | 'strides', number[]>> &
  Readonly<Record<'beginMask' | 'endMask' | 'ellipsisMask' | 'newAxisMask' | 'shrinkAxisMask', number>>;

const reverse: Kernel = ({ inputs: { x }, attrs, backend }) => {
  if (!areOurs(backend, [x], 4)) return undefined;
  const turned = util.parseAxisParam(attrs.dims as number | number[], x.shape);
  const begin = x.shape.map((size, axis) => (turned.includes(axis) ? size - 1 : 0));
  const steps = x.shape.map((_, axis) => (turned.includes(axis) ? -1 : 1));
  return regionOf(backend, x, { begin, size: x.shape, steps });
};

const transpose: Kernel = ({ inputs: { x }, attrs, backend }) => {
  if (!areOurs(backend, [x])) return undefined;
  const perm = attrs.perm as number[];
  const shape = perm.map((axis) => x.shape[axis]);
  const { strides } = rowMajor(x.shape);
  const y = emptyLike(backend, x, shape);
  move(backend, shape, [x, { start: 0, strides: perm.map((axis) => strides[axis]) }], [y, rowMajor(shape)]);
  return y;
};

/** Each axis becomes two, of which the first stands still. */
const tile: Kernel = ({ inputs: { x }, attrs, backend }) => {
  if (!areOurs(backend, [x])) return undefined;
  const times = attrs.reps as number[];
  const sizes = x.shape.flatMap((size, axis) => [times[axis], size]);
  const y = emptyLike(
    backend,
    x,
    x.shape.map((size, axis) => size * times[axis]),
  );
  const strides = rowMajor(x.shape).strides.flatMap((stride) => [0, stride]);
  move(backend, sizes, [x, { start: 0, strides }], [y, rowMajor(sizes)]);
  return y;
};

/** The parts of x along an axis that have these lengths. */
function partsOf(backend: GpuBackend, x: TensorInfo, axis: number, lengths: readonly number[]): TensorInfo[] {
  let next = 0;
  return lengths.map((length) => {
    const begin = x.shape.map((_, i) => (i === axis ? next : 0));
    next += length;
    return regionOf(backend, x, { begin, size: x.shape.with(axis, length) });
  });
}

const split: Kernel = ({ inputs: { x }, attrs, backend }) => {
  if (!areOurs(backend, [x])) return undefined;
  const [axis] = util.parseAxisParam(attrs.axis as number, x.shape);
  const lengths = backend_util.prepareSplitSize(
    x as Parameters<typeof backend_util.prepareSplitSize>[0],
    attrs.numOrSizeSplits as number | number[],
    axis,
  );
  return partsOf(backend, x, axis, lengths);
};

const unpack: Kernel = ({ inputs: { value }, attrs, backend }) => {
  if (!areOurs(backend, [value])) return undefined;
  const [axis] = util.parseAxisParam(attrs.axis as number, value.shape);
  const ones = new Array<number>(value.shape[axis]).fill(1);
  const shape = value.shape.toSpliced(axis, 1);
  return partsOf(backend, value, axis, ones).map((part) => ({ ...part, shape }));
};

/** One behind the other along an axis, of which each has its own length in these shapes. */
function join(
  backend: GpuBackend,
  tensors: readonly TensorInfo[],
  shapes: readonly number[][],
  axis: number,
): TensorInfo {
  const lengths = shapes.map((shape) => shape[axis]);
  const whole = shapes[0].with(
    axis,
    lengths.reduce((sum, length) => sum + length, 0),
  );
  const y = emptyLike(backend, tensors[0], whole);
  const { strides } = rowMajor(whole);
  let next = 0;
  for (const [i, x] of tensors.entries()) {
    const to = { start: next * strides[axis], strides };
    move(backend, shapes[i], [x, rowMajor(shapes[i])], [y, to], next === 0 ? 'write' : 'update');
    next += lengths[i];
  }
  return y;
}

const concat: Kernel = ({ inputs, attrs, backend }) => {
  const tensors = Object.values(inputs);
  if (tensors.filter((tensor) => sizeOf(tensor) > 0).length < 2 || !areOurs(backend, tensors)) return undefined;
  const shapes = tensors.map(({ shape }) => shape);
  const [axis] = util.parseAxisParam(attrs.axis as number, shapes[0]);
  backend_util.assertParamsConsistent(shapes, axis);
  return join(backend, tensors, shapes, axis);
};

const pack: Kernel = ({ inputs, attrs, backend }) => {
  const tensors = Object.values(inputs);
  if (tensors.length < 2 || !areOurs(backend, tensors)) return undefined;
  const [{ shape }] = tensors;
  for (const tensor of tensors) {
    util.assertShapesMatch(shape, tensor.shape, 'All tensors passed to stack must have matching shapes');
  }
  const [axis] = util.parseAxisParam(attrs.axis as number, [tensors.length, ...shape]); // of the result
  const each = shape.toSpliced(axis, 0, 1);
  return join(
    backend,
    tensors,
    tensors.map(() => each),
    axis,
  );
};

/** The gradient of a slice. */
const pad: Kernel = ({ inputs: { x }, attrs, backend }) => {
  if (!areOurs(backend, [x], 4)) return undefined;
  const { paddings, constantValue } = attrs as { paddings: [number, number][]; constantValue: number };
  const shape = x.shape.map((size, axis) => paddings[axis][0] + size + paddings[axis][1]);
  const y = emptyLike(backend, x, shape);
  const { strides } = rowMajor(shape);
  const start = strides.reduce((sum, stride, axis) => sum + paddings[axis][0] * stride, 0);
  fillWith(backend, y, constantValue);
  move(backend, x.shape, [x, rowMajor(x.shape)], [y, { start, strides }], 'update');
  return y;
};

const kernels: Readonly<Record<string, Kernel>> = {
  Concat: concat,
  Pack: pack,
  PadV2: pad,
  Reverse: reverse,
  Slice: slice,
  SplitV: split,
  StridedSlice: stridedSlice,
  Tile: tile,
  Transpose: transpose,
  Unpack: unpack,
};
