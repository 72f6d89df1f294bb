// Sums, means, products, largest and smallest over any axes: one command for each run of neighbouring axes.
import { type DataType, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { CommandName } from '../commands/index.ts';
import { castTo } from './elementwise-types.ts';
import type { KernelCall, NativeKernel, NativeKernels } from './native-kernel.ts';

type Backend = KernelCall['backend'];

/** x as [outer, length, inner], of which the middle axis is to go. */
type Run = readonly [outer: number, length: number, inner: number];

/** Folds the middle axis of what lies at x; a sum is divided by `divisor`. */
type Fold = (x: number, y: number, run: Run, divisor: number, backend: Backend) => void;

/** A single row this long is cut into pieces, which threads share; how many there are must not depend on the threads. */
const longRow = 65536;
const piece = 16384;

/** Kernels for rows that lie in one piece, and for axes whose numbers lie apart. */
function rowsOrColumns(rows: CommandName, columns: CommandName, divides = false): Fold {
  return (x, y, run, divisor, backend) => {
    const [outer, length, inner] = run;
    const size = outer * length * inner;
    const last = divides ? [divisor] : [];
    if (inner > 1) {
      backend.emit(columns, [x, y, ...run, ...last], size);
    } else if (outer > 1 || length < longRow) {
      backend.emit(rows, [x, y, outer, length, size, ...last], size);
    } else {
      const pieces = Math.ceil(length / piece);
      const parts = backend.output([pieces], 'float32');
      const pointer = backend.pointer(parts);
      backend.emit(rows, [x, pointer, pieces, piece, length, ...(divides ? [1] : [])], size);
      backend.emit(rows, [pointer, y, 1, pieces, pieces, ...last]);
      backend.disposeIntermediateTensorInfo(parts);
    }
  };
}

function lines(name: CommandName): Fold {
  return (x, y, run, _, backend) => backend.emit(name, [x, y, ...run], run[0] * run[1] * run[2]);
}

const sum = rowsOrColumns('sumRows', 'sumColumns', true);

/** Whether each axis goes, and how long it is; axes of length 1 left out, neighbours that share a fate made one. */
function groups(shape: number[], goes: boolean[]): { size: number; goes: boolean }[] {
  const result: { size: number; goes: boolean }[] = [];
  for (const [i, size] of shape.entries()) {
    const last = result.at(-1);
    if (size === 1) continue;
    if (last?.goes === goes[i]) last.size *= size;
    else result.push({ size, goes: goes[i] });
  }
  return result;
}

type Axes = { readonly axes: number[]; readonly keepDims: boolean };

/** The runs from the last to the first, each from what the one before has left. */
function reduce(x: TensorInfo, { axes, keepDims }: Axes, fold: Fold, mean: boolean, backend: Backend): TensorInfo {
  const goes = x.shape.map((_, i) => axes.includes(i));
  const shape = keepDims ? x.shape.map((n, i) => (goes[i] ? 1 : n)) : x.shape.filter((_, i) => !goes[i]);
  const rest = groups(x.shape, goes);
  const sizeOf = (list: typeof rest) => list.reduce((size, group) => size * group.size, 1);
  const divisor = mean ? sizeOf(rest.filter((group) => group.goes)) : 1;
  let from = x;
  for (let i = rest.length - 1; i >= 0; i--) {
    if (!rest[i].goes) continue;
    const run: Run = [sizeOf(rest.slice(0, i)), rest[i].size, sizeOf(rest.slice(i + 1))];
    rest.splice(i, 1);
    const last = !rest.some((group) => group.goes);
    const to = backend.output(last ? shape : [run[0] * run[2]], x.dtype);
    fold(backend.pointer(from), backend.pointer(to), run, last ? divisor : 1, backend);
    if (from !== x) backend.disposeIntermediateTensorInfo(from);
    from = to;
  }
  return from === x ? backend.share(x, shape) : from;
}

/** [rows, columns] → [columns], for kernels that are made of several. */
export function sumOverRows(x: TensorInfo, backend: Backend): TensorInfo {
  return reduce(x, { axes: [0], keepDims: false }, sum, false, backend);
}

/** The kernels by type; of an empty tensor, which has no largest number, TensorFlow.js takes care. */
function reduction(folds: { readonly [dtype in DataType]?: Fold }, mean = false): NativeKernel {
  return ({ inputs: { x }, attrs, backend }) => {
    const fold = folds[x.dtype];
    if (!fold || util.sizeFromShape(x.shape) === 0) return undefined;
    return reduce(x, axesOf(attrs, x), fold, mean, backend);
  };
}

function axesOf({ axis, reductionIndices, keepDims }: KernelCall['attrs'], x: TensorInfo): Axes {
  const axes = util.parseAxisParam((axis ?? reductionIndices) as number[], x.shape);
  return { axes, keepDims: keepDims as boolean };
}

/** The same of a tensor of another type, cast first. */
function castFirst(dtype: DataType, kernel: NativeKernel): NativeKernel {
  return (call) => {
    const { inputs, backend } = call;
    const x = inputs.x.dtype === dtype ? undefined : castTo(inputs.x, dtype, backend);
    if (!x) return kernel(call);
    const result = kernel({ ...call, inputs: { x } });
    backend.disposeIntermediateTensorInfo(x);
    return result;
  };
}

const sumKernel = reduction({ float32: sum, int32: lines('sumOfInts') });

/** Of bools it is how many are true. */
const sumOfAny: NativeKernel = (call) =>
  call.inputs.x.dtype === 'bool' ? castFirst('int32', sumKernel)(call) : sumKernel(call);

/** The first place of the best number along one axis. */
function place(name: CommandName): NativeKernel {
  return ({ inputs: { x }, attrs, backend }) => {
    if (x.dtype !== 'float32' || util.sizeFromShape(x.shape) === 0) return undefined;
    const [axis] = util.parseAxisParam(attrs.axis as number, x.shape);
    const y = backend.output(x.shape.toSpliced(axis, 1), 'int32');
    lines(name)(backend.pointer(x), backend.pointer(y), around(x.shape, axis), 1, backend);
    return y;
  };
}

function around(shape: number[], axis: number): Run {
  return [util.sizeFromShape(shape.slice(0, axis)), shape[axis], util.sizeFromShape(shape.slice(axis + 1))];
}

const cumsum: NativeKernel = ({ inputs: { x }, attrs, backend }) => {
  if (x.dtype !== 'float32' && x.dtype !== 'int32') return undefined;
  if (x.shape.length === 0) return undefined;
  const [axis] = util.parseAxisParam(attrs.axis as number, x.shape);
  const y = backend.output(x.shape, x.dtype);
  const options = [Number(attrs.exclusive), Number(attrs.reverse)];
  const name = x.dtype === 'float32' ? 'cumsum' : 'cumsumOfInts';
  const size = util.sizeFromShape(x.shape);
  backend.emit(name, [backend.pointer(x), backend.pointer(y), ...around(x.shape, axis), ...options], size);
  return y;
};

const softmax: NativeKernel = ({ inputs: { logits }, attrs, backend }) => {
  const rank = logits.shape.length;
  if (logits.dtype !== 'float32' || ((attrs.dim as number) + rank) % rank !== rank - 1) return undefined;
  const width = logits.shape[rank - 1];
  const size = util.sizeFromShape(logits.shape);
  const y = backend.output(logits.shape, 'float32');
  if (size > 0) backend.emit('softmax', [backend.pointer(logits), backend.pointer(y), size / width, width], size * 15);
  return y;
};

export const reduceKernels: NativeKernels = {
  Sum: sumOfAny,
  Mean: castFirst('float32', reduction({ float32: sum }, true)),
  Max: reduction({
    float32: rowsOrColumns('maxRows', 'maxColumns'),
    int32: rowsOrColumns('maxRowsOfInts', 'maxColumnsOfInts'),
  }),
  Min: reduction({
    float32: rowsOrColumns('minRows', 'minColumns'),
    int32: rowsOrColumns('minRowsOfInts', 'minColumnsOfInts'),
  }),
  Prod: reduction({ float32: lines('product') }),
  Any: reduction({ bool: lines('anyBools') }),
  All: reduction({ bool: lines('allBools') }),
  ArgMax: place('argMax'),
  ArgMin: place('argMin'),
  Cumsum: cumsum,
  Softmax: softmax,
};
