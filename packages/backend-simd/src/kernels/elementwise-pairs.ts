// Arithmetic and comparisons of two tensors of one type, with broadcasting.
import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { CommandName } from '../commands/index.ts';
import { addToSum } from './add-rows.ts';
import type { KernelCall, NativeKernel, NativeKernels } from './native-kernel.ts';

type Names = { readonly float32: CommandName; readonly int32?: CommandName };

function arithmetic(names: Names, cost = 1): NativeKernel {
  return ({ inputs: { a, b }, backend }) => {
    const name = nameFor(names, a, b);
    return name && pair(name, a, b, a.dtype, cost, backend);
  };
}

/** a < b, or with the sides swapped a > b. */
function comparison(names: Names, swapped = false): NativeKernel {
  return ({ inputs: { a, b }, backend }) => {
    const name = nameFor(names, a, b);
    return name && (swapped ? pair(name, b, a, 'bool', 1, backend) : pair(name, a, b, 'bool', 1, backend));
  };
}

function nameFor(names: Names, a: TensorInfo, b: TensorInfo): CommandName | undefined {
  if (a.dtype !== b.dtype) return undefined;
  return a.dtype === 'float32' || a.dtype === 'int32' ? names[a.dtype] : undefined;
}

function pair(
  name: CommandName,
  x: TensorInfo,
  y: TensorInfo,
  dtype: TensorInfo['dtype'],
  cost: number,
  backend: KernelCall['backend'],
): TensorInfo {
  const xSize = util.sizeFromShape(x.shape);
  const ySize = util.sizeFromShape(y.shape);
  let shape = x.shape;
  let layout: number[];
  if (util.arraysEqual(x.shape, y.shape)) {
    layout = [xSize, xSize, 1, 1, 0];
  } else if (ySize === 1 && y.shape.length <= x.shape.length) {
    layout = [xSize, xSize, 1, 0, 0];
  } else if (xSize === 1 && x.shape.length <= y.shape.length) {
    shape = y.shape;
    layout = [ySize, ySize, 0, 1, 0];
  } else {
    shape = backend_util.assertAndGetBroadcastShape(x.shape, y.shape);
    layout = broadcast(x.shape, y.shape, shape);
  }
  const z = backend.output(shape, dtype);
  backend.emit(name, [backend.pointer(x), backend.pointer(y), backend.pointer(z), ...layout], layout[0] * cost);
  return z;
}

/**
 * [size, length of a row, x's step, y's step, number of axes, then size, x's stride, y's stride of each axis]. Axes along
 * which both sides go on, or the same one stays, become one: [8, 64, 10] and [10] are 512 rows of 10.
 */
function broadcast(x: number[], y: number[], shape: number[]): number[] {
  const axes: number[] = []; // size, x's stride, y's stride; the innermost first
  let [xStride, yStride, size] = [1, 1, 1];
  let before = '';
  for (let i = 1; i <= shape.length; i++) {
    const n = shape[shape.length - i];
    size *= n;
    if (n === 1) continue;
    const xMoves = (x[x.length - i] ?? 1) !== 1;
    const yMoves = (y[y.length - i] ?? 1) !== 1;
    const kind = `${xMoves} ${yMoves}`;
    if (kind === before) axes[axes.length - 3] *= n;
    else axes.push(n, xMoves ? xStride : 0, yMoves ? yStride : 0);
    before = kind;
    if (xMoves) xStride *= n;
    if (yMoves) yStride *= n;
  }
  const [inner = 1, xStep = 0, yStep = 0, ...outer] = axes;
  const layout = [size, inner, xStep, yStep, outer.length / 3];
  for (let i = outer.length - 3; i >= 0; i -= 3) layout.push(outer[i], outer[i + 1], outer[i + 2]);
  return layout;
}

const add = arithmetic({ float32: 'add', int32: 'addInts' });

export const elementwisePairsKernels: NativeKernels = {
  Add: (call) => addToSum(call) ?? add(call),
  Sub: arithmetic({ float32: 'sub', int32: 'subInts' }),
  Multiply: arithmetic({ float32: 'multiply', int32: 'multiplyInts' }),
  RealDiv: arithmetic({ float32: 'divide' }),
  Minimum: arithmetic({ float32: 'minimum', int32: 'minimumInts' }),
  Maximum: arithmetic({ float32: 'maximum', int32: 'maximumInts' }),
  SquaredDifference: arithmetic({ float32: 'squaredDifference' }),
  Pow: arithmetic({ float32: 'power' }, 50),
  Equal: comparison({ float32: 'equal', int32: 'equalInts' }),
  NotEqual: comparison({ float32: 'notEqual', int32: 'notEqualInts' }),
  Less: comparison({ float32: 'less', int32: 'lessInts' }),
  LessEqual: comparison({ float32: 'lessEqual', int32: 'lessEqualInts' }),
  Greater: comparison({ float32: 'less', int32: 'lessInts' }, true),
  GreaterEqual: comparison({ float32: 'lessEqual', int32: 'lessEqualInts' }, true),
};
