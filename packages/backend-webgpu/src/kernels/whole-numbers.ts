// Arithmetic on int32 as int32. TensorFlow.js's shaders take it through float32, and from 2^24 on the numbers come out wrong.
import {
  backend_util,
  type DataType,
  getKernel,
  type KernelConfig,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
  util,
} from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../backend.ts';
import { empty } from '../dispatch.ts';
import type { KernelCall } from './gpu-kernel.ts';
import { type Program, run, sizeOf } from './program.ts';

/** Kernels of two tensors, a and b. */
const pairs: Readonly<Record<string, string>> = {
  Add: 'a + b',
  Sub: 'a - b',
  Multiply: 'a * b',
  FloorDiv: 'floorOf(a, b)',
  Mod: 'restOf(a, b)',
  Maximum: 'max(a, b)',
  Minimum: 'min(a, b)',
  SquaredDifference: '(a - b) * (a - b)',
};

/** Those of them that give truths. */
const comparisons: Readonly<Record<string, string>> = {
  Equal: 'i32(a == b)',
  NotEqual: 'i32(a != b)',
  Greater: 'i32(a > b)',
  GreaterEqual: 'i32(a >= b)',
  Less: 'i32(a < b)',
  LessEqual: 'i32(a <= b)',
};

/** Kernels of one tensor, a. */
const singles: Readonly<Record<string, string>> = { Neg: '-a', Abs: 'abs(a)', Square: 'a * a', Sign: 'sign(a)' };

/** What joins two numbers, and what it starts from. */
const reductions: Readonly<Record<string, readonly [join: string, start: string]>> = {
  Sum: ['a + b', '0'],
  Prod: ['a * b', '1'],
  Max: ['max(a, b)', '-2147483647 - 1'],
  Min: ['min(a, b)', '2147483647'],
};
const cumulations = { Cumsum: reductions.Sum, Cumprod: reductions.Prod };

/** Rounded down, and what is left; 0 where it is divided by 0, as TensorFlow.js has it on the CPU. */
const division = `
fn floorOf(a: i32, b: i32) -> i32 {
  if (b == 0) { return 0; }
  let quotient = a / b;
  return select(quotient, quotient - 1, quotient * b != a && (a < 0) != (b < 0));
}
fn restOf(a: i32, b: i32) -> i32 {
  if (b == 0) { return 0; }
  return a - floorOf(a, b) * b;
}`;

/** In the place of TensorFlow.js's, for whole numbers; the rest stays with its kernels. */
export function registerWholeNumbers(): void {
  for (const [name, rule] of Object.entries(pairs)) replace(name, pairOf(name, rule, 'int32'));
  for (const [name, rule] of Object.entries(comparisons)) replace(name, pairOf(name, rule, 'bool'));
  for (const [name, rule] of Object.entries(singles)) replace(name, singleOf(name, rule));
  for (const [name, rule] of Object.entries(reductions)) replace(name, reductionOf(name, rule));
  for (const [name, rule] of Object.entries(cumulations)) replace(name, cumulationOf(name, rule));
  replace('Fill', fill);
  replace('Range', range);
}

/** What the kernel leaves to TensorFlow.js gives undefined. A bundle for training has not all of them. */
type Kernel = (call: KernelCall) => TensorInfo | undefined;

function replace(name: string, kernel: Kernel): void {
  const original: KernelConfig | undefined = getKernel(name, 'webgpu');
  if (!original) return;
  unregisterKernel(name, 'webgpu');
  registerKernel({
    ...original,
    kernelFunc(call) {
      const { inputs, attrs, backend } = call;
      const given = { inputs: inputs as KernelCall['inputs'], attrs: attrs ?? {}, backend: backend as GpuBackend };
      return kernel(given) ?? original.kernelFunc(call);
    },
  });
}

/** Whole numbers that are on the GPU: small ones from JavaScript are computed there, and rightly. */
function areWhole(backend: GpuBackend, ...tensors: readonly TensorInfo[]): boolean {
  const whole = tensors.every((tensor) => tensor.dtype === 'int32' && sizeOf(tensor) > 0);
  return whole && !backend.shouldExecuteOnCPU([...tensors]);
}

function pairOf(name: string, rule: string, dtype: 'int32' | 'bool'): Kernel {
  return ({ inputs: { a, b }, backend }) => {
    if (!areWhole(backend, a, b)) return undefined;
    const shape = backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
    const y = backend.makeTensorInfo(shape, dtype);
    const threads = sizeOf(y);
    run(backend, {
      name: `whole${name}/${shape.length}`,
      buffers: { a: [a, 'read', 'i32'], b: [b, 'read', 'i32'], y: [y, 'write', 'i32'] },
      numbers: {
        threads,
        ...named('size', shape),
        ...named('a', stridesIn(a.shape, shape)),
        ...named('b', stridesIn(b.shape, shape)),
      },
      threads,
      declarations: () => `${division}
fn resultOf(a: i32, b: i32) -> i32 { return ${rule}; }`,
      main: () => `
  if (index >= numbers.threads) { return; }
  y[index] = resultOf(a[${place('index', 'size', 'a', shape)}], b[${place('index', 'size', 'b', shape)}]);`,
    });
    return y;
  };
}

function singleOf(name: string, rule: string): Kernel {
  return ({ inputs: { x }, backend }) => {
    if (!areWhole(backend, x)) return undefined;
    const y = empty(backend, x.shape, 'int32');
    const threads = sizeOf(x);
    run(backend, {
      name: `whole${name}`,
      buffers: { x: [x, 'read', 'i32'], y: [y, 'write', 'i32'] },
      numbers: { threads },
      threads,
      main: () => `
  if (index >= numbers.threads) { return; }
  let a = x[index];
  y[index] = ${rule};`,
    });
    return y;
  };
}

/** A workgroup for each number of the result: its lanes take their parts, and the first of them joins these. */
function reductionOf(name: string, [join, start]: readonly [join: string, start: string]): Kernel {
  return ({ inputs: { x }, attrs, backend }) => {
    if (!areWhole(backend, x)) return undefined;
    const axes = util.parseAxisParam((attrs.axis ?? attrs.reductionIndices) as number | number[], x.shape);
    const [shape, within] = backend_util.computeOutAndReduceShapes(x.shape, axes);
    const all = stridesIn(x.shape, x.shape);
    const kept = all.filter((_, axis) => !axes.includes(axis));
    const gone = all.filter((_, axis) => axes.includes(axis));
    const y = empty(backend, attrs.keepDims ? backend_util.expandShapeToKeepDim(shape, axes) : shape, 'int32');
    run(backend, {
      name: `whole${name}/${shape.length}/${within.length}`,
      buffers: { x: [x, 'read', 'i32'], y: [y, 'write', 'i32'] },
      numbers: {
        count: sizeOf(y),
        length: util.sizeFromShape(within),
        ...named('size', shape),
        ...named('stride', kept),
        ...named('within', within),
        ...named('step', gone),
      },
      groups: sizeOf(y),
      declarations: () => `
var<workgroup> parts: array<i32, SIZE>;
fn joined(a: i32, b: i32) -> i32 { return ${join}; }`,
      main: () => `
  var part: i32 = ${start};
  if (group < numbers.count) {
    let first = ${place('group', 'size', 'stride', shape)};
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

/** One invocation for each line along the axis. */
function cumulationOf(name: string, [join, start]: readonly [join: string, start: string]): Kernel {
  return ({ inputs: { x }, attrs, backend }) => {
    if (!areWhole(backend, x)) return undefined;
    const [axis] = util.parseAxisParam(attrs.axis as number, x.shape);
    const stride = util.sizeFromShape(x.shape.slice(axis + 1));
    const y = empty(backend, x.shape, 'int32');
    const threads = sizeOf(x) / x.shape[axis];
    const { exclusive, reverse } = attrs;
    run(backend, {
      name: `whole${name}/${exclusive}/${reverse}`,
      buffers: { x: [x, 'read', 'i32'], y: [y, 'write', 'i32'] },
      numbers: { threads, stride, length: x.shape[axis] },
      threads,
      declarations: () => `fn joined(a: i32, b: i32) -> i32 { return ${join}; }`,
      main: () => `
  if (index >= numbers.threads) { return; }
  let first = index / numbers.stride * numbers.stride * numbers.length + index % numbers.stride;
  var sum: i32 = ${start};
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

const largestExact = 2 ** 24;

const fill: Kernel = ({ attrs, backend }) => {
  const { shape, value, dtype } = attrs as { shape: number[]; value: number; dtype?: DataType };
  if (dtype !== 'int32' || Math.abs(value) <= largestExact) return undefined;
  return backend.makeTensorInfo(shape, dtype, new Int32Array(util.sizeFromShape(shape)).fill(value));
};

const range: Kernel = ({ attrs, backend }) => {
  const { start, stop, step, dtype } = attrs as { start: number; stop: number; step: number; dtype: DataType };
  if (dtype !== 'int32' || Math.max(Math.abs(start), Math.abs(stop)) <= largestExact) return undefined;
  const count = Math.max(0, Math.ceil((stop - start) / step));
  return backend.makeTensorInfo(
    [count],
    dtype,
    Int32Array.from({ length: count }, (_, i) => start + i * step),
  );
};

/** `{ size0: 3, size1: 4 }` */
function named(name: string, values: readonly number[]): Program['numbers'] {
  return Object.fromEntries(values.map((value, axis) => [name + axis, value]));
}

/** How far apart the elements of a tensor lie along each axis of the shape that it spreads to. */
function stridesIn(shape: readonly number[], whole: readonly number[]): number[] {
  const missing = whole.length - shape.length;
  return whole.map((_, axis) => {
    const own = axis - missing;
    return own < 0 || shape[own] < whole[axis] ? 0 : util.sizeFromShape(shape.slice(own + 1));
  });
}

/** WGSL: where the element of this number lies, counted along the sizes. */
function place(index: string, sizes: string, strides: string, shape: readonly number[]): string {
  const terms = shape.map((_, axis) => {
    const inner = shape.slice(axis + 1).map((_, i) => ` / numbers.${sizes}${axis + 1 + i}`);
    return `${index}${inner.join('')} % numbers.${sizes}${axis} * numbers.${strides}${axis}`;
  });
  return terms.length > 0 ? terms.join(' + ') : '0u';
}
