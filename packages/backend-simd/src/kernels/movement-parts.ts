// What joins tensors and takes them apart, and what picks rows by their ids.
import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { sumOfRows } from './add-rows.ts';
import type { KernelCall, NativeKernel, NativeKernels } from './native-kernel.ts';
import { copyStrided, isNumeric, mergeAxes } from './strided-copy.ts';

type Backend = KernelCall['backend'];

/** Tensors of [outer, n] side by side along the last axis; their n may differ. */
function join(tensors: TensorInfo[], outer: number, shape: number[], backend: Backend): TensorInfo {
  const y = backend.output(shape, tensors[0].dtype);
  const width = util.sizeFromShape(shape) / outer;
  let offset = 0;
  for (const tensor of tensors) {
    const n = util.sizeFromShape(tensor.shape) / outer;
    const axes = mergeAxes([
      [outer, n, width],
      [n, 1, 1],
    ]);
    copyStrided({ tensor }, { tensor: y, offset }, axes, backend);
    offset += n;
  }
  return y;
}

/** The opposite: so many numbers of each of the outer rows. */
function separate(x: TensorInfo, outer: number, shapes: number[][], backend: Backend): TensorInfo[] {
  const width = util.sizeFromShape(x.shape) / outer;
  let offset = 0;
  return shapes.map((shape) => {
    const y = backend.output(shape, x.dtype);
    const n = util.sizeFromShape(shape) / outer;
    const axes = mergeAxes([
      [outer, width, n],
      [n, 1, 1],
    ]);
    if (n > 0) copyStrided({ tensor: x, offset }, { tensor: y }, axes, backend);
    offset += n;
    return y;
  });
}

function alike(tensors: TensorInfo[]): boolean {
  return tensors.length > 0 && isNumeric(tensors[0]) && tensors.every(({ dtype }) => dtype === tensors[0].dtype);
}

const concat: NativeKernel = ({ inputs, attrs, backend }) => {
  const tensors = Object.values(inputs);
  if (!alike(tensors)) return undefined;
  const shapes = tensors.map(({ shape }) => shape);
  const [axis] = util.parseAxisParam(attrs.axis as number, shapes[0]);
  backend_util.assertParamsConsistent(shapes, axis);
  const shape = backend_util.computeOutShape(shapes, axis);
  const full = tensors.filter((tensor) => util.sizeFromShape(tensor.shape) > 0);
  if (full.length === 0) return backend.output(shape, tensors[0].dtype);
  if (full.length === 1) return backend.share(full[0], shape);
  return join(full, util.sizeFromShape(shape.slice(0, axis)), shape, backend);
};

const pack: NativeKernel = ({ inputs, attrs, backend }) => {
  const tensors = Object.values(inputs);
  if (!alike(tensors)) return undefined;
  const [{ shape }] = tensors;
  const [axis] = util.parseAxisParam(attrs.axis as number, [tensors.length, ...shape]); // of the result
  for (const tensor of tensors) {
    util.assertShapesMatch(shape, tensor.shape, 'All tensors passed to stack must have matching shapes');
  }
  const joined = shape.toSpliced(axis, 0, tensors.length);
  if (util.sizeFromShape(shape) === 0) return backend.output(joined, tensors[0].dtype);
  return join(tensors, util.sizeFromShape(shape.slice(0, axis)), joined, backend);
};

const unpack: NativeKernel = ({ inputs: { value }, attrs, backend }) => {
  if (!isNumeric(value)) return undefined;
  const [axis] = util.parseAxisParam(attrs.axis as number, value.shape);
  const shape = value.shape.toSpliced(axis, 1);
  const shapes = Array.from({ length: value.shape[axis] }, () => shape);
  if (util.sizeFromShape(shape) === 0) return shapes.map((each) => backend.output(each, value.dtype));
  return separate(value, util.sizeFromShape(shape.slice(0, axis)), shapes, backend);
};

const split: NativeKernel = ({ inputs: { x }, attrs, backend }) => {
  if (!isNumeric(x)) return undefined;
  const [axis] = util.parseAxisParam(attrs.axis as number, x.shape);
  const sizes = backend_util.prepareSplitSize(
    x as Parameters<typeof backend_util.prepareSplitSize>[0],
    attrs.numOrSizeSplits as number[],
    axis,
  );
  const shapes = sizes.map((size) => x.shape.with(axis, size));
  if (util.sizeFromShape(x.shape) === 0) return shapes.map((shape) => backend.output(shape, x.dtype));
  return separate(x, util.sizeFromShape(x.shape.slice(0, axis)), shapes, backend);
};

/** Rows by their ids. A recorded step that is replayed gives NaN for an id that there is not: nobody looks at ids then. */
const gather: NativeKernel = ({ inputs: { x, indices }, attrs, backend }) => {
  const { batchDims = 0 } = attrs as { batchDims?: number };
  if ((x.dtype !== 'float32' && x.dtype !== 'int32') || indices.dtype !== 'int32' || batchDims !== 0) return undefined;
  const [axis] = util.parseAxisParam(attrs.axis as number, x.shape);
  const info = backend_util.segment_util.collectGatherOpShapeInfo(
    x as Parameters<typeof backend_util.segment_util.collectGatherOpShapeInfo>[0],
    indices as Parameters<typeof backend_util.segment_util.collectGatherOpShapeInfo>[1],
    axis,
    batchDims,
  );
  if (!backend.recording) assertInside(backend.data.get(indices.dataId).values as Int32Array, info.dimSize);
  const y = backend.output(info.outputShape, x.dtype);
  const pointers = [backend.pointer(x), backend.pointer(indices), backend.pointer(y)];
  const count = util.sizeFromShape(indices.shape);
  const size = info.outerSize * count * info.sliceSize;
  if (size > 0) backend.emit('gatherRows', [...pointers, info.outerSize, count, info.dimSize, info.sliceSize], size);
  return y;
};

/** In the words of the cpu engine. */
function assertInside(ids: Int32Array, length: number): void {
  for (const id of ids) {
    if (id < 0 || id >= length) throw new RangeError(`GatherV2: the index value ${id} is not in [0, ${length - 1}]`);
  }
}

/** The gradient of gather: rows of equal id are added, in their order. */
const segmentSum: NativeKernel = ({ inputs: { x, segmentIds }, attrs, backend }) => {
  if (x.dtype !== 'float32' || segmentIds.dtype !== 'int32' || segmentIds.shape.length !== 1) return undefined;
  const [count, ...row] = x.shape;
  if (count !== segmentIds.shape[0]) return undefined;
  return sumOfRows(x, segmentIds, [attrs.numSegments as number, ...row], backend);
};

const oneHot: NativeKernel = ({ inputs: { indices }, attrs, backend }) => {
  const { depth, onValue, offValue, dtype } = attrs as {
    depth: number;
    onValue: number;
    offValue: number;
    dtype: TensorInfo['dtype'];
  };
  if (indices.dtype !== 'int32' || (dtype !== 'float32' && dtype !== 'int32')) return undefined;
  const y = backend.output([...indices.shape, depth], dtype);
  const count = util.sizeFromShape(indices.shape);
  const name = dtype === 'float32' ? 'oneHot' : 'oneHotInts';
  backend.emit(name, [backend.pointer(indices), backend.pointer(y), count, depth, onValue, offValue], count * depth);
  return y;
};

export const movementPartsKernels: NativeKernels = {
  Concat: concat,
  Pack: pack,
  Unpack: unpack,
  SplitV: split,
  GatherV2: gather,
  UnsortedSegmentSum: segmentSum,
  OneHot: oneHot,
};
