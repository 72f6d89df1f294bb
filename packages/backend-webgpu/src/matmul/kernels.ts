// The kernels of matrix products: ours for float32, TensorFlow.js's for the rest.
import {
  getKernel,
  type KernelConfig,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
  util,
} from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../backend.ts';
import type { Activation } from './activation.ts';
import { classOf, planOf } from './plans.ts';
import { makeProduct, type Product } from './product.ts';

type Inputs = { readonly a: TensorInfo; readonly b: TensorInfo; readonly bias?: TensorInfo };
type Attributes = {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly activation?: string | null;
};

/** In the place of TensorFlow.js's, whose sums of deep products come out different each time, and which a bundle for training leaves out. */
export function registerProducts(): void {
  for (const kernelName of ['BatchMatMul', '_FusedMatMul']) {
    const original: KernelConfig | undefined = getKernel(kernelName, 'webgpu');
    if (original) unregisterKernel(kernelName, 'webgpu');
    registerKernel({
      kernelName,
      backendName: 'webgpu',
      kernelFunc(call) {
        const backend = call.backend as GpuBackend;
        const { a, b, bias } = call.inputs as unknown as Inputs;
        const product = productOf({ a, b, bias }, (call.attrs ?? {}) as Attributes);
        if (!product || 'preluActivationWeights' in call.inputs) {
          return original ? original.kernelFunc(call) : refuse({ a, b, bias }, call.attrs as Attributes);
        }
        const shape = outputShape({ a, b }, product);
        return makeProduct(backend, product, planOf(backend, product, backend.tuning.get(classOf(product))), shape);
      },
    });
  }
}

function refuse(tensors: Inputs, { transposeA, transposeB, activation }: Attributes): never {
  const given = Object.entries(tensors).map(([name, tensor]) => tensor && `${name} ${tensor.dtype} [${tensor.shape}]`);
  const form = [transposeA && 'transposeA', transposeB && 'transposeB', activation].filter(Boolean);
  throw new RangeError(
    `Expected float32 matrices [rows, depth] and [depth, columns] with numbers in them, got ${[...given, ...form].filter(Boolean).join(', ')}: other products take the whole engine, @hornbook/backends`,
  );
}

/** The product, if it is one that our shaders make. */
export function productOf({ a, b, bias }: Inputs, attributes: Attributes): Product | undefined {
  const { transposeA = false, transposeB = false, activation } = attributes;
  const known: Activation | undefined =
    !activation || activation === 'linear' ? 'linear' : activation === 'relu' ? 'relu' : undefined;
  if (!known || [a, b, bias].some((tensor) => tensor && tensor.dtype !== 'float32')) return undefined;
  const [depth, rows] = transposeA ? a.shape.slice(-2) : a.shape.slice(-2).reverse();
  const [inner, columns] = transposeB ? b.shape.slice(-2).reverse() : b.shape.slice(-2);
  if (inner !== depth) return undefined; // TensorFlow.js says what is wrong
  if (bias && !(bias.shape.at(-1) === columns && util.sizeFromShape(bias.shape) === columns)) return undefined;
  const [outerA, outerB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const [batchA, batchB] = [util.sizeFromShape(outerA), util.sizeFromShape(outerB)];
  const same = util.arraysEqual(outerA, outerB);
  const batch = Math.max(batchA, batchB);
  if (!same && batchA !== 1 && batchB !== 1) return undefined;
  if (batch * rows * columns * depth === 0 || batch > 65_535) return undefined;
  const form = { a, b, ...(bias && { bias }), activation: known, transposeA, transposeB, columns, depth };
  if (batchB === 1 && !transposeA) {
    // The same matrix for all: one product of more rows.
    return { ...form, batch: 1, rows: batchA * rows, oneA: false, oneB: false };
  }
  return { ...form, batch, rows, oneA: batchA === 1, oneB: batchB === 1 };
}

function outputShape({ a, b }: Pick<Inputs, 'a' | 'b'>, { transposeA, columns }: Product): number[] {
  const [outerA, outerB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const outer = outerA.length >= outerB.length ? [...outerA] : [...outerB];
  const shorter = outerA.length >= outerB.length ? outerB : outerA;
  for (const [i, size] of shorter.entries()) {
    const axis = outer.length - shorter.length + i;
    outer[axis] = Math.max(outer[axis], size);
  }
  return [...outer, a.shape.at(transposeA ? -1 : -2) as number, columns];
}
