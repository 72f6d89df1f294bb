// Casts, constants, logic, the choice between two tensors, and sums of many.
import { type DataType, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { CommandName } from '../commands/index.ts';
import type { KernelCall, NativeKernel, NativeKernels } from './native-kernel.ts';

type Backend = KernelCall['backend'];

const casts: { readonly [types: string]: CommandName } = {
  'float32 int32': 'floatsToInts',
  'float32 bool': 'floatsToBools',
  'int32 float32': 'intsToFloats',
  'int32 bool': 'intsToBools',
  'bool float32': 'boolsToFloats',
  'bool int32': 'boolsToInts',
};

const cast: NativeKernel = ({ inputs: { x }, attrs, backend }) => {
  const dtype = attrs.dtype as DataType;
  return x.dtype === dtype && isNumeric(dtype) ? backend.share(x, x.shape) : castTo(x, dtype, backend);
};

/** The tensor's numbers as ones of another type; undefined where one of the two is no type of numbers. */
export function castTo(x: TensorInfo, dtype: DataType, backend: Backend): TensorInfo | undefined {
  const name = casts[`${x.dtype} ${dtype}`];
  if (!name) return undefined;
  const size = util.sizeFromShape(x.shape);
  const y = backend.output(x.shape, dtype);
  backend.emit(name, [backend.pointer(x), backend.pointer(y), size], size);
  return y;
}

function isNumeric(dtype: DataType): boolean {
  return dtype === 'float32' || dtype === 'int32' || dtype === 'bool';
}

/** A tensor of one value, where its type is a number's. */
function filled(shape: number[], dtype: DataType, value: number, backend: Backend): TensorInfo | undefined {
  if (!isNumeric(dtype)) return undefined;
  const y = backend.output(shape, dtype);
  const bytes = util.sizeFromShape(shape) * util.bytesPerElement(dtype);
  const pointer = backend.pointer(y);
  if (dtype === 'float32') backend.emit('fillFloats', [pointer, bytes, value], bytes / 4);
  else backend.emit('fill', [pointer, bytes, dtype === 'bool' ? (value ? 0x01010101 : 0) : value], bytes / 4);
  return y;
}

const fill: NativeKernel = ({ attrs, backend }) => {
  const { shape, value, dtype } = attrs as { shape: number[]; value: number; dtype?: DataType };
  return filled(shape, dtype || util.inferDtype(value), value, backend);
};

/** Where the condition has the shape of what is chosen from; `where` sees to that. */
const choose: NativeKernel = ({ inputs: { condition, t, e }, backend }) => {
  const size = util.sizeFromShape(t.shape);
  if (condition.dtype !== 'bool' || util.sizeFromShape(condition.shape) !== size) return undefined;
  if (t.dtype !== e.dtype || (t.dtype !== 'float32' && t.dtype !== 'int32')) return undefined;
  const y = backend.output(t.shape, t.dtype);
  const pointers = [backend.pointer(condition), backend.pointer(t), backend.pointer(e), backend.pointer(y)];
  backend.emit('choose', [...pointers, size], size);
  return y;
};

function logic(name: CommandName): NativeKernel {
  return ({ inputs: { a, b }, backend }) => {
    if (a.dtype !== 'bool' || b.dtype !== 'bool' || !util.arraysEqual(a.shape, b.shape)) return undefined;
    const size = util.sizeFromShape(a.shape);
    const z = backend.output(a.shape, 'bool');
    backend.emit(name, [backend.pointer(a), backend.pointer(b), backend.pointer(z), size], size / 4);
    return z;
  };
}

const not: NativeKernel = ({ inputs: { x }, backend }) => {
  if (x.dtype !== 'bool') return undefined;
  const size = util.sizeFromShape(x.shape);
  const y = backend.output(x.shape, 'bool');
  backend.emit('notBools', [backend.pointer(x), backend.pointer(y), size], size / 4);
  return y;
};

/** Up to four at a time, each time with the sum so far. */
const addN: NativeKernel = ({ inputs, backend }) => {
  const terms = Object.values(inputs);
  if (terms.length < 2 || terms.some((term) => term.dtype !== 'float32')) return undefined;
  const [first] = terms;
  const size = util.sizeFromShape(first.shape);
  const y = backend.output(first.shape, 'float32');
  const pointers = terms.map((term) => backend.pointer(term));
  let sum = pointers[0];
  for (let i = 1; i < pointers.length; i += 3) {
    const count = Math.min(pointers.length - i, 3) + 1;
    const at = (k: number) => pointers[Math.min(i + k, pointers.length - 1)];
    backend.emit('addMany', [sum, at(0), at(1), at(2), backend.pointer(y), size, count], size * count);
    sum = backend.pointer(y);
  }
  return y;
};

export const elementwiseTypesKernels: NativeKernels = {
  Cast: cast,
  Fill: fill,
  ZerosLike: ({ inputs: { x }, backend }) => filled(x.shape, x.dtype, 0, backend),
  OnesLike: ({ inputs: { x }, backend }) => filled(x.shape, x.dtype, 1, backend),
  Select: choose,
  LogicalAnd: logic('andBools'),
  LogicalOr: logic('orBools'),
  LogicalNot: not,
  AddN: addN,
};
