// What moves the numbers of one tensor to other places: transposes, slices, tiles, borders, reversals, new shapes.
import { slice_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { KernelCall, NativeKernel, NativeKernels } from './native-kernel.ts';
import { type CopyAxis, copyStrided, isNumeric, mergeAxes, stridesOf, tooManyAxes } from './strided-copy.ts';

type Backend = KernelCall['backend'];

const transpose: NativeKernel = ({ inputs: { x }, attrs, backend }) => {
  if (!isNumeric(x)) return undefined;
  const perm = attrs.perm as number[];
  const shape = perm.map((axis) => x.shape[axis]);
  const xStrides = stridesOf(x.shape);
  const yStrides = stridesOf(shape);
  const axes = mergeAxes(perm.map((axis, i): CopyAxis => [shape[i], xStrides[axis], yStrides[i]]));
  if (axes.every(([, xStride, yStride]) => xStride === yStride)) return backend.share(x, shape);
  const y = backend.output(shape, x.dtype);
  const swap = swapOf(axes);
  if (!swap || x.dtype === 'bool') copyStrided({ tensor: x }, { tensor: y }, axes, backend);
  else backend.emit('transposeWords', [backend.pointer(x), backend.pointer(y), ...swap], swap[0] * swap[1] * swap[2]);
  return y;
};

/** [count, rows, columns] of x where y is so many matrices, each of them turned. */
function swapOf(axes: readonly CopyAxis[]): [number, number, number] | undefined {
  const [[count, ...strides], [columns, columnStride], [rows, rowStride]] =
    axes.length === 2 ? ([[1, 0, 0], ...axes] as const) : axes;
  const turned = axes.length <= 3 && columnStride === 1 && rowStride === columns;
  const apart = axes.length === 2 || strides.every((stride) => stride === rows * columns);
  return turned && apart ? [count, rows, columns] : undefined;
}

/** A part of x, contiguous in the result. */
function part(
  x: TensorInfo,
  begin: number[],
  shape: number[],
  steps: number[],
  finalShape: number[],
  backend: Backend,
) {
  const xStrides = stridesOf(x.shape);
  const yStrides = stridesOf(shape);
  const axes = mergeAxes(shape.map((n, i): CopyAxis => [n, steps[i] * xStrides[i], yStrides[i]]));
  const offset = begin.reduce((sum, place, i) => sum + place * xStrides[i], 0);
  const y = backend.output(finalShape, x.dtype);
  copyStrided({ tensor: x, offset }, { tensor: y }, axes, backend);
  return y;
}

const slice: NativeKernel = ({ inputs: { x }, attrs, backend }) => {
  if (!isNumeric(x)) return undefined;
  const [begin, size] = slice_util.parseSliceParams(
    x as Parameters<typeof slice_util.parseSliceParams>[0],
    attrs.begin as number[],
    attrs.size as number[],
  );
  slice_util.assertParamsValid(x as Parameters<typeof slice_util.parseSliceParams>[0], begin, size);
  if (util.arraysEqual(size, x.shape)) return backend.share(x, size);
  const ones = size.map(() => 1);
  return part(x, begin, size, ones, size, backend);
};

const stridedSlice: NativeKernel = ({ inputs: { x }, attrs, backend }) => {
  if (!isNumeric(x)) return undefined;
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attrs as Record<
    string,
    never
  >;
  const info = slice_util.sliceInfo(
    ...([x.shape, begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask] as const),
  );
  if (info.isIdentity) return backend.share(x, info.finalShape);
  const shape = slice_util.computeOutShape(info.begin, info.end, info.strides).map((n) => Math.max(n, 0));
  return part(x, info.begin, shape, info.strides, info.finalShape, backend);
};

const reverse: NativeKernel = ({ inputs: { x }, attrs, backend }) => {
  if (!isNumeric(x)) return undefined;
  const dims = util.parseAxisParam(attrs.dims as number[], x.shape);
  if (util.sizeFromShape(x.shape) === 0) return backend.share(x, x.shape);
  const begin = x.shape.map((n, i) => (dims.includes(i) ? n - 1 : 0));
  const steps = x.shape.map((_, i) => (dims.includes(i) ? -1 : 1));
  return part(x, begin, x.shape, steps, x.shape, backend);
};

const tile: NativeKernel = ({ inputs: { x }, attrs, backend }) => {
  if (!isNumeric(x)) return undefined;
  const reps = attrs.reps as number[];
  const shape = x.shape.map((n, i) => n * reps[i]);
  const xStrides = stridesOf(x.shape);
  const yStrides = stridesOf(shape);
  const repeated = x.shape.flatMap((n, i): CopyAxis[] => [
    [reps[i], 0, n * yStrides[i]],
    [n, xStrides[i], yStrides[i]],
  ]);
  const axes = mergeAxes(repeated);
  if (axes.length >= tooManyAxes) return undefined;
  const y = backend.output(shape, x.dtype);
  copyStrided({ tensor: x }, { tensor: y }, axes, backend);
  return y;
};

const pad: NativeKernel = ({ inputs: { x }, attrs, backend }) => {
  const { paddings, constantValue } = attrs as { paddings: [number, number][]; constantValue: number };
  if (x.dtype !== 'float32') return undefined;
  const shape = x.shape.map((n, i) => paddings[i][0] + n + paddings[i][1]);
  const xStrides = stridesOf(x.shape);
  const yStrides = stridesOf(shape);
  const y = backend.output(shape, x.dtype);
  const size = util.sizeFromShape(shape);
  backend.emit('fillFloats', [backend.pointer(y), size * 4, constantValue], size);
  const offset = paddings.reduce((sum, [before], i) => sum + before * yStrides[i], 0);
  const axes = mergeAxes(x.shape.map((n, i): CopyAxis => [n, xStrides[i], yStrides[i]]));
  copyStrided({ tensor: x }, { tensor: y, offset }, axes, backend);
  return y;
};

const reshape: NativeKernel = ({ inputs: { x }, attrs, backend }) => {
  if (!isNumeric(x)) return undefined;
  const size = util.sizeFromShape(x.shape);
  const shape = util.inferFromImplicitShape(attrs.shape as number[], size);
  util.assert(
    size === util.sizeFromShape(shape),
    () => `Expected a shape of ${size} elements, as [${x.shape}] has, got [${shape}]`,
  );
  return backend.share(x, shape);
};

const expandDims: NativeKernel = ({ inputs: { input }, attrs, backend }) => {
  const dim = attrs.dim as number;
  const rank = input.shape.length;
  if (!isNumeric(input) || dim < -rank - 1 || dim > rank) return undefined;
  return backend.share(input, input.shape.toSpliced(dim < 0 ? dim + rank + 1 : dim, 0, 1));
};

export const movementKernels: NativeKernels = {
  Identity: ({ inputs: { x }, backend }) => (isNumeric(x) ? backend.share(x, x.shape) : undefined),
  Reshape: reshape,
  ExpandDims: expandDims,
  Transpose: transpose,
  Slice: slice,
  StridedSlice: stridedSlice,
  Reverse: reverse,
  Tile: tile,
  PadV2: pad,
};
