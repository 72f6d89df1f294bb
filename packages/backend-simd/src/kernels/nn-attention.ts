// Causal attention: of queries, keys and values each by themselves, or side by side in one tensor.
import {
  CausalAttention,
  type CausalAttentionAttributes,
  CausalSelfAttention,
  type CausalSelfAttentionAttributes,
  keptBelow,
  keptScale,
} from '@hornbook/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { SimdBackend } from '../backend.ts';
import { areFloats } from './are-floats.ts';
import type { KernelCall, NativeKernel, NativeKernels } from './native-kernel.ts';

type Sizes = {
  readonly batch: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly time: number;
  readonly keys: number;
  readonly headDim: number;
  readonly valueDim: number;
  readonly window: number;
  readonly packed: boolean;
  /** Of dropped weights. */
  readonly rate: number;
};

type Vectors = readonly [query: TensorInfo, key: TensorInfo, value: TensorInfo];

function separateSizes({ inputs: { query, key, value }, attrs }: KernelCall): Sizes {
  const [batch, heads, time, headDim] = query.shape;
  const [, keyHeads, keys] = key.shape;
  const { window, rate = 0 } = attrs as unknown as CausalAttentionAttributes;
  return { batch, heads, keyHeads, time, keys, headDim, valueDim: value.shape[3], window, packed: false, rate };
}

function packedSizes({ inputs: { qkv }, attrs }: KernelCall): Sizes {
  const { numHeads, numKeyValueHeads, window, rate = 0 } = attrs as unknown as CausalSelfAttentionAttributes;
  const [batch, time, width] = qkv.shape;
  const headDim = width / (numHeads + 2 * numKeyValueHeads);
  const sizes = { heads: numHeads, keyHeads: numKeyValueHeads, keys: time, valueDim: headDim };
  return { batch, time, headDim, window, packed: true, rate, ...sizes };
}

/** The arguments that both directions share; `own` is how many numbers each thread keeps. */
function sharedArguments(
  { bias, mask, seed }: KernelCall['inputs'],
  vectors: Vectors,
  sizes: Sizes,
  own: number,
  backend: SimdBackend,
): number[] {
  const { batch, heads, keyHeads, time, keys, headDim, valueDim, window, packed, rate } = sizes;
  const pointers = [...vectors, bias, mask, seed].map((tensor) => (tensor ? backend.pointer(tensor) : 0));
  const ownBytes = Math.ceil(own / 16) * 64;
  const shape = mask ? [1, 1, 1, ...mask.shape].slice(-4) : [1, 1, 1, keys];
  const steps = [shape[1] * shape[2] * keys, shape[2] * keys, keys].map((step, axis) => (shape[axis] > 1 ? step : 0));
  return [
    ...[...pointers, ownBytes * backend.threads, ownBytes],
    ...[batch, heads, keyHeads, time, keys, headDim, valueDim, Math.min(window, keys), 1 / Math.sqrt(headDim)],
    ...[...steps, packed ? 1 : 0, keptBelow(rate), keptScale(rate)],
  ];
}

/** The weights that are not 0, times two operations for each number of a head. */
function workOf({ batch, heads, time, keys, headDim, valueDim }: Sizes): number {
  return batch * heads * time * (keys - time / 2) * (headDim + valueDim + 10) * 2;
}

function areRight({ inputs }: KernelCall, { batch, heads, time, keys }: Sizes): boolean {
  const grid = [batch, heads, time, keys];
  const fits = (tensor: TensorInfo | undefined, rank: number, spreads: boolean) => {
    if (!tensor) return true;
    const shape = spreads ? [1, 1, 1, ...tensor.shape].slice(-4) : tensor.shape;
    return shape.every((n, axis) => n === grid.slice(-rank)[axis] || (spreads && n === 1 && axis < 3));
  };
  const { bias, mask, seed } = inputs;
  const floats = Object.values(inputs).filter((tensor) => tensor !== seed);
  return areFloats(floats) && fits(bias, 3, false) && fits(mask, 4, true);
}

function forward(call: KernelCall, vectors: Vectors, sizes: Sizes, shape: number[]): TensorInfo | undefined {
  if (!areRight(call, sizes)) return undefined;
  const { inputs, backend } = call;
  const { keys, headDim, valueDim } = sizes;
  const [keysUp, valueUp] = [keys, valueDim].map(upToEight);
  const own = keysUp * (headDim + valueUp + 6) + 4 * (headDim + valueUp);
  const output = backend.output(shape, 'float32');
  const args = [...sharedArguments(inputs, vectors, sizes, own, backend), backend.pointer(output)];
  backend.emit('causalAttention', args, workOf(sizes));
  return output;
}

function backward(call: KernelCall, vectors: Vectors, sizes: Sizes): TensorInfo[] | undefined {
  if (!areRight(call, sizes)) return undefined;
  const { inputs, backend } = call;
  const { keys, headDim, valueDim, packed } = sizes;
  const [keysUp, headUp, valueUp] = [keys, headDim, valueDim].map(upToEight);
  const tile = 64 * (headUp + valueUp + 2 * (keysUp + 16)) + 4 * headUp;
  const own = keysUp * (headDim + valueDim + 2 * headUp + valueUp + 2) + tile;
  const gradients = (packed ? vectors.slice(0, 1) : vectors).map(({ shape }) => backend.output(shape, 'float32'));
  const [dQuery, dKey = dQuery, dValue = dQuery] = gradients;
  if (inputs.bias) gradients.push(backend.output(inputs.bias.shape, 'float32'));
  const dBias = inputs.bias && gradients[gradients.length - 1];
  const own4 = [inputs.dy, dQuery, dKey, dValue].map((tensor) => backend.pointer(tensor));
  const args = [...sharedArguments(inputs, vectors, sizes, own, backend), ...own4, dBias ? backend.pointer(dBias) : 0];
  backend.emit('causalAttentionGradient', args, 2.5 * workOf(sizes));
  return gradients;
}

function upToEight(n: number): number {
  return Math.ceil(n / 8) * 8;
}

const attention: NativeKernel = (call) => {
  const { query, key, value } = call.inputs;
  return forward(call, [query, key, value], separateSizes(call), [...query.shape.slice(0, 3), value.shape[3]]);
};

const attentionGradient: NativeKernel = (call) => {
  const { query, key, value } = call.inputs;
  return backward(call, [query, key, value], separateSizes(call));
};

const selfAttention: NativeKernel = (call) => {
  const { qkv } = call.inputs;
  const sizes = packedSizes(call);
  return forward(call, [qkv, qkv, qkv], sizes, [sizes.batch, sizes.time, sizes.heads * sizes.headDim]);
};

const selfAttentionGradient: NativeKernel = (call) => {
  const { qkv } = call.inputs;
  return backward(call, [qkv, qkv, qkv], packedSizes(call));
};

export const nnAttentionKernels: NativeKernels = {
  [CausalAttention]: attention,
  [`${CausalAttention}Grad`]: attentionGradient,
  [CausalSelfAttention]: selfAttention,
  [`${CausalSelfAttention}Grad`]: selfAttentionGradient,
};
