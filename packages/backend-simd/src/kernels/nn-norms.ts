// Layer norm and RMS norm, alone or behind a sum.
import { AddLayerNorm, AddRmsNorm, LayerNorm, type NormAttributes, RmsNorm } from '@hornbook/ops';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { areFloats } from './are-floats.ts';
import type { NativeKernel, NativeKernels } from './native-kernel.ts';

/** Floating-point operations an element. */
const forwardCost = 8;
const backwardCost = 16;

/** The rows are taken in so many parts, whatever the number of threads, so that sums over them come out the same. */
const mostParts = 16;

function forward(name: 'layerNorm' | 'rmsNorm', behindSum: boolean): NativeKernel {
  return ({ inputs: { x, residual, weight, bias }, attrs, backend }) => {
    if (!areFloats([x, residual, weight, bias])) return undefined;
    const [rows, width] = rowsOf(x);
    const y = backend.output(x.shape, 'float32');
    const sum = behindSum ? backend.output(x.shape, 'float32') : undefined;
    const pointers = [x, residual, weight, bias, sum, y].map((tensor) => (tensor ? backend.pointer(tensor) : 0));
    const { epsilon } = attrs as unknown as NormAttributes;
    backend.emit(name, [...pointers, rows, width, epsilon], rows * width * forwardCost);
    return sum ? [sum, y] : y;
  };
}

function backward(name: 'layerNormGradient' | 'rmsNormGradient'): NativeKernel {
  return ({ inputs: { dy, x, weight, dSum }, attrs, backend }) => {
    if (!areFloats([dy, x, weight, dSum])) return undefined;
    const [rows, width] = rowsOf(x);
    const { epsilon, bias } = attrs as unknown as NormAttributes;
    const parts = Math.max(1, Math.min(mostParts, rows));
    const stride = Math.ceil(width / 16) * 16; // a cache line, which two threads must not share
    const dx = backend.output(x.shape, 'float32');
    const sums = [backend.output([parts, stride], 'float32')]; // of dWeight and dBias
    if (bias) sums.push(backend.output([parts, stride], 'float32'));
    const ins = [dy, x, weight, dSum].map((tensor) => (tensor ? backend.pointer(tensor) : 0));
    const outs = [dx, sums[0], sums[1]].map((tensor) => (tensor ? backend.pointer(tensor) : 0));
    backend.emit(name, [...ins, ...outs, rows, width, epsilon, parts, stride], rows * width * backwardCost);
    const totals = sums.map((sum): TensorInfo => {
      const total = backend.output([width], 'float32');
      backend.emit('sumParts', [backend.pointer(sum), backend.pointer(total), parts, width, stride], parts * width);
      backend.disposeIntermediateTensorInfo(sum);
      return total;
    });
    return [dx, ...totals];
  };
}

function rowsOf({ shape }: TensorInfo): [rows: number, width: number] {
  const width = shape[shape.length - 1];
  return [util.sizeFromShape(shape.slice(0, -1)), width];
}

export const nnNormKernels: NativeKernels = {
  [LayerNorm]: forward('layerNorm', false),
  [RmsNorm]: forward('rmsNorm', false),
  [AddLayerNorm]: forward('layerNorm', true),
  [AddRmsNorm]: forward('rmsNorm', true),
  [`${LayerNorm}Grad`]: backward('layerNormGradient'),
  [`${RmsNorm}Grad`]: backward('rmsNormGradient'),
  [`${AddLayerNorm}Grad`]: backward('layerNormGradient'),
  [`${AddRmsNorm}Grad`]: backward('rmsNormGradient'),
};
