// Sums, products, largest and smallest of int32 and bool, along axes or on the way, as whole numbers: see whole-numbers.ts.
import { backend_util, type DataType, getKernel, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../backend.ts';
import { empty } from '../dispatch.ts';
import { elementOf, rowMajor } from './move.ts';
import { named, place } from './places.ts';
import { run, sizeOf } from './program.ts';
import { type Kernel, replace } from './replace.ts';

/** What joins two numbers, what it starts from, and what TensorFlow.js's CPU engine makes of no numbers. */
type Rule = { readonly join: string; readonly start: string; readonly ofNone: number };

const sum: Rule = { join: 'a + b', start: '0', ofNone: 0 };
const product: Rule = { join: 'a * b', start: '1', ofNone: 1 };

const reductions: Readonly<Record<string, Rule>> = {
  Sum: sum,
  Prod: product,
  Max: { join: 'max(a, b)', start: '-2147483647 - 1', ofNone: Number.NaN },
  Min: { join: 'min(a, b)', start: '2147483647', ofNone: Number.NaN },
  All: { join: 'a & b', start: '1', ofNone: 0 },
  Any: { join: 'a | b', start: '0', ofNone: 0 },
};

/** In the place of TensorFlow.js's. */
export function registerWholeSums(): void {
  for (const [name, rule] of Object.entries(reductions)) replace(name, reductionOf(name, rule));
  for (const [name, rule] of Object.entries({ Cumsum: sum, Cumprod: product })) replace(name, cumulationOf(name, rule));
  replace('Mean', mean);
}

function areInts(backend: GpuBackend, x: TensorInfo): boolean {
  return (x.dtype === 'int32' || x.dtype === 'bool') && sizeOf(x) > 0 && !backend.shouldExecuteOnCPU([x]);
}

/** Which axes go, and the shape that remains. */
function axesOf(x: TensorInfo, attrs: Parameters<Kernel>[0]['attrs']) {
  const axes = util.parseAxisParam((attrs.axis ?? attrs.reductionIndices) as number | number[], x.shape);
  const [rest, within] = backend_util.computeOutAndReduceShapes(x.shape, axes);
  return { axes, rest, within, shape: attrs.keepDims ? backend_util.expandShapeToKeepDim(rest, axes) : rest };
}

/** A workgroup for each number of the result: its lanes take their parts, and the first of them joins these. */
function reductionOf(name: string, { join, start, ofNone }: Rule): Kernel {
  return ({ inputs: { x }, attrs, backend }) => {
    const { axes, rest, within, shape } = axesOf(x, attrs);
    if (sizeOf(x) === 0) return constant(backend, shape, x.dtype, ofNone);
    if (!areInts(backend, x)) return undefined;
    const { strides } = rowMajor(x.shape);
    const y = backend.makeTensorInfo(shape, x.dtype);
    run(backend, {
      name: `whole${name}/${rest.length}/${within.length}`,
      buffers: { x: [x, 'read', 'i32'], y: [y, 'write', 'i32'] },
      numbers: {
        count: sizeOf(y),
        length: util.sizeFromShape(within),
        ...named('size', rest),
        ...named(
          'stride',
          strides.filter((_, axis) => !axes.includes(axis)),
        ),
        ...named('within', within),
        ...named(
          'step',
          strides.filter((_, axis) => axes.includes(axis)),
        ),
      },
      groups: sizeOf(y),
      declarations: () => `
var<workgroup> parts: array<i32, SIZE>;
fn joined(a: i32, b: i32) -> i32 { return ${join}; }`,
      main: () => `
  var part: i32 = ${start};
  if (group < numbers.count) {
    let first = ${place('group', 'size', 'stride', rest)};
    for (var i = lane; i < numbers.length; i += SIZE) {
      part = joined(part, x[first + ${place('i', 'within', 'step', within)}]);
    }
  }
  parts[lane] = part;
  workgroupBarrier();
  if (lane != 0 || group >= numbers.count) { return; }
  for (var i = 1u; i < SIZE; i++) { part = joined(part, parts[i]); }
  y[group] = part;`,
    });
    return y;
  };
}

/**
 * One invocation for each line along the axis. Of truths it counts those that are true. Also for float32 of more axes than
 * TensorFlow.js's shader knows.
 */
function cumulationOf(name: string, { join, start }: Rule): Kernel {
  return ({ inputs: { x }, attrs, backend }) => {
    const floats = x.dtype === 'float32' && x.shape.length > 4 && sizeOf(x) > 0;
    if (!floats && !areInts(backend, x)) return undefined;
    const [axis] = util.parseAxisParam(attrs.axis as number, x.shape);
    const stride = util.sizeFromShape(x.shape.slice(axis + 1));
    const y = empty(backend, x.shape, floats ? 'float32' : 'int32');
    const threads = sizeOf(x) / x.shape[axis];
    const { exclusive, reverse } = attrs;
    const element = elementOf(y);
    run(backend, {
      name: `whole${name}/${exclusive}/${reverse}`,
      buffers: { x: [x, 'read', element], y: [y, 'write', element] },
      numbers: { threads, stride, length: x.shape[axis] },
      threads,
      declarations: () => `fn joined(a: ${element}, b: ${element}) -> ${element} { return ${join}; }`,
      main: () => `
  if (index >= numbers.threads) { return; }
  let first = index / numbers.stride * numbers.stride * numbers.length + index % numbers.stride;
  var sum: ${element} = ${start};
  for (var i = 0u; i < numbers.length; i++) {
    let at = first + ${reverse ? '(numbers.length - 1 - i)' : 'i'} * numbers.stride;
    let next = joined(sum, x[at]);
    y[at] = ${exclusive ? 'sum' : 'next'};
    sum = next;
  }`,
    });
    return y;
  };
}

/** Not whole: of int32 and bool it is that of the same numbers as float32, whose axes TensorFlow.js can turn. */
const mean: Kernel = ({ inputs: { x }, attrs, backend }) => {
  if (sizeOf(x) === 0) return constant(backend, axesOf(x, attrs).shape, 'float32', 0);
  if (!areInts(backend, x)) return undefined;
  const floats = ofKernel('Cast', { x }, { dtype: 'float32' });
  const result = ofKernel('Mean', { x: floats }, attrs);
  backend.disposeData(floats.dataId);
  return result;

  function ofKernel(name: string, inputs: { x: TensorInfo }, attrs: Parameters<Kernel>[0]['attrs']): TensorInfo {
    return getKernel(name, 'webgpu').kernelFunc({ inputs, attrs, backend }) as TensorInfo;
  }
};

function constant(backend: GpuBackend, shape: number[], dtype: DataType, value: number): TensorInfo {
  return backend.makeTensorInfo(
    shape,
    dtype,
    util.makeOnesTypedArray(util.sizeFromShape(shape), dtype as 'int32').fill(value),
  );
}
