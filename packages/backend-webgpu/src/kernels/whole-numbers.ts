// Arithmetic on int32 as int32. TensorFlow.js's shaders take it through float32, and from 2^24 on the numbers come out wrong.
import { backend_util, type DataType, getKernel, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../backend.ts';
import { empty } from '../dispatch.ts';
import { named, place, stridesIn } from './places.ts';
import { run, sizeOf } from './program.ts';
import { type Kernel, replace } from './replace.ts';

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
  Pow: 'powerOf(a, b)',
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
const singles: Readonly<Record<string, string>> = {
  Neg: '-a',
  Abs: 'abs(a)',
  Square: 'a * a',
  Sign: 'sign(a)',
  Relu: 'max(a, 0)',
  Round: 'a',
};

/**
 * Rounded down, and what is left; 0 where it is divided by 0, as TensorFlow.js has it on the CPU. Powers of 1 / a are rounded to 0.
 */
const divisionAndPower = `
fn floorOf(a: i32, b: i32) -> i32 {
  if (b == 0) { return 0; }
  let quotient = a / b;
  return select(quotient, quotient - 1, quotient * b != a && (a < 0) != (b < 0));
}
fn restOf(a: i32, b: i32) -> i32 {
  if (b == 0) { return 0; }
  return a - floorOf(a, b) * b;
}
fn powerOf(a: i32, b: i32) -> i32 {
  if (b < 0) { return select(0, select(1, a, (b & 1) == 1), abs(a) == 1); }
  var power = 1;
  var square = a;
  for (var left = b; left > 0; left >>= 1u) {
    if ((left & 1) == 1) { power *= square; }
    square *= square;
  }
  return power;
}`;

/** In the place of TensorFlow.js's, for whole numbers; the rest stays with its kernels. */
export function registerWholeNumbers(): void {
  for (const [name, rule] of Object.entries(pairs)) replace(name, pairOf(name, rule, 'int32'));
  for (const [name, rule] of Object.entries(comparisons)) replace(name, pairOf(name, rule, 'bool'));
  for (const [name, rule] of Object.entries(singles)) replace(name, singleOf(name, rule));
  replace('AddN', addMany);
  replace('ClipByValue', clip);
  replace('Fill', fill);
  replace('Range', range);
}

/** Whole numbers that are on the GPU: small ones from JavaScript are computed there, and rightly. */
export function areWhole(backend: GpuBackend, ...tensors: readonly TensorInfo[]): boolean {
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
      declarations: () => `${divisionAndPower}
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

/** Bounds between whole numbers are those that TensorFlow.js's CPU engine cuts off to. */
const clip: Kernel = ({ inputs: { x }, attrs, backend }) => {
  if (!areWhole(backend, x)) return undefined;
  const { clipValueMin, clipValueMax } = attrs as { clipValueMin: number; clipValueMax: number };
  const bound = (value: number) => ({ i32: Math.trunc(Math.min(Math.max(value, smallest), largest)) });
  const y = empty(backend, x.shape, 'int32');
  const threads = sizeOf(x);
  run(backend, {
    name: 'wholeClip',
    buffers: { x: [x, 'read', 'i32'], y: [y, 'write', 'i32'] },
    numbers: { threads, low: bound(clipValueMin), high: bound(clipValueMax) },
    threads,
    main: () => 'if (index < numbers.threads) { y[index] = max(min(x[index], numbers.high), numbers.low); }',
  });
  return y;
};

const [smallest, largest] = [-(2 ** 31), 2 ** 31 - 1];

const addMany: Kernel = ({ inputs, backend }) => {
  const [first, ...others] = Object.values(inputs);
  if (others.length === 0 || !areWhole(backend, first, ...others)) return undefined;
  const add = (a: TensorInfo, b: TensorInfo) =>
    getKernel('Add', 'webgpu').kernelFunc({ inputs: { a, b }, backend }) as TensorInfo;
  return others.reduce((part, term) => {
    const sum = add(part, term);
    if (part !== first) backend.disposeData(part.dataId);
    return sum;
  }, first);
};

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
