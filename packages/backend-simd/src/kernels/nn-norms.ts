// Layer norm and RMS norm, alone or behind a sum.
import {
  AddLayerNorm,
  type AddNormAttributes,
  AddRmsNorm,
  DropAddLayerNorm,
  DropAddRmsNorm,
  keptBelow,
  keptScale,
  LayerNorm,
  RmsNorm,
} from '@hornbook/ops';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { SimdBackend } from '../backend.ts';
import { areFloats } from './are-floats.ts';
import type { NativeKernel, NativeKernels } from './native-kernel.ts';

/** Floating-point operations an element. */
const forwardCost = 8;
const backwardCost = 16;
const dropCost = 10;

/** The rows are taken in so many parts, whatever the number of threads, so that sums over them come out the same. */
const mostParts = 16;

function forward(name: 'layerNorm' | 'rmsNorm', behindSum: boolean): NativeKernel {
  return ({ inputs: { x, residual, weight, bias, seed }, attrs, backend }) => {
    if (!areFloats([x, residual, weight, bias])) return undefined;
    const { shape } = residual ?? x;
    const [rows, width] = rowsOf(shape);
    const y = backend.output(shape, 'float32');
    const sum = behindSum ? backend.output(shape, 'float32') : undefined;
    const pointers = [x, residual, weight, bias, sum, y].map((tensor) => (tensor ? backend.pointer(tensor) : 0));
    const { epsilon, rate } = attrs as unknown as AddNormAttributes;
    const dropping = droppingArguments(backend, seed, rate, width);
    const cost = forwardCost + (seed ? dropCost : 0);
    backend.emit(name, [...pointers, rows, width, epsilon, ...dropping], rows * width * cost);
    return sum ? [sum, y] : y;
  };
}

function backward(name: 'layerNormGradient' | 'rmsNormGradient'): NativeKernel {
  return ({ inputs: { dy, x, weight, dSum, seed }, attrs, backend }) => {
    if (!areFloats([dy, x, weight, dSum])) return undefined;
    const [rows, width] = rowsOf(x.shape);
    const { epsilon, bias, rate } = attrs as unknown as AddNormAttributes;
    const parts = Math.max(1, Math.min(mostParts, rows));
    const stride = Math.ceil(width / 16) * 16; // a cache line, which two threads must not share
    const dx = backend.output(x.shape, 'float32');
    const dResidual = seed && backend.output(x.shape, 'float32');
    const sums = [backend.output([parts, stride], 'float32')]; // of dWeight and dBias
    if (bias) sums.push(backend.output([parts, stride], 'float32'));
    const ins = [dy, x, weight, dSum].map((tensor) => (tensor ? backend.pointer(tensor) : 0));
    const outs = [dx, dResidual, sums[0], sums[1]].map((tensor) => (tensor ? backend.pointer(tensor) : 0));
    const numbers = [rows, width, epsilon, parts, stride, ...droppingArguments(backend, seed, rate, width)];
    backend.emit(name, [...ins, ...outs, ...numbers], rows * width * (backwardCost + (seed ? dropCost : 0)));
    const totals = sums.map((sum): TensorInfo => {
      const total = backend.output([width], 'float32');
      backend.emit('sumParts', [backend.pointer(sum), backend.pointer(total), parts, width, stride], parts * width);
      backend.disposeIntermediateTensorInfo(sum);
      return total;
    });
    return [dx, ...(dResidual ? [dResidual] : []), ...totals];
  };
}

/** Two bytes for each number of a row, and for those of the 32 at both ends that are drawn with them. */
function droppingArguments(backend: SimdBackend, seed: TensorInfo | undefined, rate: number, width: number): number[] {
  if (!seed) return [0, 0, 0, 0, 0];
  const bytes = 64 * Math.ceil((width + 64) / 32);
  return [backend.pointer(seed), bytes * backend.threads, bytes, keptBelow(rate), keptScale(rate)];
}

function rowsOf(shape: number[]): [rows: number, width: number] {
  const width = shape[shape.length - 1];
  return [util.sizeFromShape(shape.slice(0, -1)), width];
}

export const nnNormKernels: NativeKernels = {
  [LayerNorm]: forward('layerNorm', false),
  [RmsNorm]: forward('rmsNorm', false),
  [AddLayerNorm]: forward('layerNorm', true),
  [AddRmsNorm]: forward('rmsNorm', true),
  [DropAddLayerNorm]: forward('layerNorm', true),
  [DropAddRmsNorm]: forward('rmsNorm', true),
  [`${LayerNorm}Grad`]: backward('layerNormGradient'),
  [`${RmsNorm}Grad`]: backward('rmsNormGradient'),
  [`${AddLayerNorm}Grad`]: backward('layerNormGradient'),
  [`${AddRmsNorm}Grad`]: backward('rmsNormGradient'),
  [`${DropAddLayerNorm}Grad`]: backward('layerNormGradient'),
  [`${DropAddRmsNorm}Grad`]: backward('rmsNormGradient'),
};
