// Two linear layers with GELU between: GELU's slope is made along with its values, so that the way back only multiplies.
import { FeedForward, type FeedForwardAttributes, type GeluAttributes } from '@hornbook/ops';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { SimdBackend } from '../backend.ts';
import { areFloats } from './are-floats.ts';
import { matMul } from './matmul.ts';
import type { NativeKernel, NativeKernels } from './native-kernel.ts';
import { sumOverRows } from './reduce.ts';

/** → [y, hidden, slope]: y = down(hidden), hidden = gelu(up(x)), and the slope of GELU at up(x). */
const feedForward: NativeKernel = ({ inputs: { x, up, upBias, down, downBias }, attrs, backend }) => {
  if (!areFloats([x, up, upBias, down, downBias])) return undefined;
  const { form } = attrs as unknown as GeluAttributes;
  const hidden = matMul(backend, { a: x, b: up, bias: upBias });
  const slope = backend.output(hidden.shape, 'float32');
  const size = util.sizeFromShape(hidden.shape);
  const name = form === 'erf' ? 'geluErfSlope' : 'geluTanhSlope';
  backend.emit(name, [backend.pointer(hidden), backend.pointer(slope), size], size * 45);
  return [matMul(backend, { a: hidden, b: down, bias: downBias }), hidden, slope];
};

/** → dx, dUp, dUpBias?, dDown, dDownBias?. */
const feedForwardGradient: NativeKernel = ({ inputs, attrs, backend }) => {
  const { dy, x, up, down, hidden, before: slope } = inputs;
  if (!areFloats([dy])) return undefined;
  const { upBias, downBias } = attrs as unknown as FeedForwardAttributes;
  const dBefore = matMul(backend, { a: dy, b: down, transposeB: true });
  multiplyInPlace(backend, dBefore, slope);
  const gradients = [
    matMul(backend, { a: dBefore, b: up, transposeB: true }),
    matMul(backend, { a: x, b: dBefore, transposeA: true }),
    ...(upBias ? [sumOverRows(dBefore, backend)] : []),
    matMul(backend, { a: hidden, b: dy, transposeA: true }),
    ...(downBias ? [sumOverRows(dy, backend)] : []),
  ];
  backend.disposeIntermediateTensorInfo(dBefore);
  return gradients;
};

function multiplyInPlace(backend: SimdBackend, x: TensorInfo, y: TensorInfo): void {
  const size = util.sizeFromShape(x.shape);
  const at = backend.pointer(x);
  backend.emit('multiply', [at, backend.pointer(y), at, size, size, 1, 1, 0], size);
}

export const nnFeedForwardKernels: NativeKernels = {
  [FeedForward]: feedForward,
  [`${FeedForward}Grad`]: feedForwardGradient,
};
