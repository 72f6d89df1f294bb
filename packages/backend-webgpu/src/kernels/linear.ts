// Linear layers, alone or two with GELU between: a bias's gradient comes out of the same product as that of its weights.
import {
  FeedForward,
  type FeedForwardAttributes,
  type GeluAttributes,
  Linear,
  type LinearAttributes,
} from '@hornbook/ops';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../backend.ts';
import { emptyActivation } from '../half.ts';
import { productOf } from '../matmul/kernels.ts';
import { classOf, planOf } from '../matmul/plans.ts';
import { makeProduct, type Product } from '../matmul/product.ts';
import type { GpuKernel, GpuKernels } from './gpu-kernel.ts';
import { output } from './program.ts';

const forward: GpuKernel = ({ inputs: { x, weight, bias }, backend }) =>
  multiply(backend, productOf({ a: x, b: weight, bias }, {}), [x.shape[0], weight.shape[1]]);

type Parts = {
  readonly dy: TensorInfo;
  readonly x: TensorInfo;
  readonly weight: TensorInfo;
  readonly bias: boolean;
};

const backward: GpuKernel = ({ inputs: { dy, x, weight }, attrs, backend }) => {
  const { bias } = attrs as unknown as LinearAttributes;
  return gradients(backend, { dy, x, weight, bias });
};

/** → dx, dWeight, and dBias where there is a bias. */
function gradients(backend: GpuBackend, parts: Parts): TensorInfo[] {
  const { dy, x, weight } = parts;
  const dx = multiply(backend, productOf({ a: dy, b: weight }, { transposeB: true }), x.shape);
  return [dx, ...weightGradients(backend, parts)];
}

function weightGradients(backend: GpuBackend, { dy, x, weight, bias }: Parts): TensorInfo[] {
  const product = productOf({ a: x, b: dy }, { transposeA: true });
  if (!bias) return [multiply(backend, product, weight.shape)];
  const shape = [weight.shape[1]];
  const dBias = product ? output(backend, shape) : zeros(backend, shape);
  return [multiply(backend, product && { ...product, sums: dBias }, weight.shape), dBias];
}

/** → [y, hidden, before]: down of hidden, which is GELU of before, which is up of x. The gradient takes the last two back. */
const feedForward: GpuKernel = ({ inputs: { x, up, upBias, down, downBias }, attrs, backend }) => {
  const { form } = attrs as unknown as GeluAttributes;
  const shape = [x.shape[0], up.shape[1]];
  const product = productOf({ a: x, b: up, bias: upBias }, {});
  const before = product ? emptyActivation(backend, shape) : zeros(backend, shape);
  const activation = form === 'erf' ? 'geluErf' : 'geluTanh';
  const hidden = multiply(backend, product && { ...product, activation, before }, shape);
  const shapeDown = [x.shape[0], down.shape[1]];
  return [multiply(backend, productOf({ a: hidden, b: down, bias: downBias }, {}), shapeDown), hidden, before];
};

/** GELU's slope joins the gradient of what is hidden as that is written. */
const feedForwardGradient: GpuKernel = ({ inputs, attrs, backend }) => {
  const { dy, x, up, down, hidden, before } = inputs;
  const { form, upBias, downBias } = attrs as unknown as FeedForwardAttributes;
  const activation = form === 'erf' ? 'geluErfSlope' : 'geluTanhSlope';
  const product = productOf({ a: dy, b: down }, { transposeB: true });
  const dBefore = multiply(backend, product && { ...product, activation, before }, before.shape);
  const [dx, ...dUp] = gradients(backend, { dy: dBefore, x, weight: up, bias: upBias });
  backend.disposeData(dBefore.dataId);
  return [dx, ...dUp, ...weightGradients(backend, { dy, x: hidden, weight: down, bias: downBias })];
};

/** Without a product, because there are no rows, or no columns, there is nothing to add up. */
function multiply(backend: GpuBackend, product: Product | undefined, shape: number[]): TensorInfo {
  if (!product) return zeros(backend, shape);
  return makeProduct(backend, product, planOf(backend, product, backend.tuning.get(classOf(product))), shape);
}

function zeros(backend: GpuBackend, shape: number[]): TensorInfo {
  return backend.makeTensorInfo(shape, 'float32', new Float32Array(util.sizeFromShape(shape)));
}

export const linearKernels: GpuKernels = {
  [Linear]: forward,
  [`${Linear}Grad`]: backward,
  [FeedForward]: feedForward,
  [`${FeedForward}Grad`]: feedForwardGradient,
};
