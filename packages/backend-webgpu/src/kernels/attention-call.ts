// What a call of attention is about: its sizes, where vectors lie in their buffers, and what joins the scores.
import type { CausalAttentionAttributes, CausalSelfAttentionAttributes } from '@hornbook/ops';
import { getKernel, type NamedTensorInfoMap, type TensorInfo } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../backend.ts';
import type { KernelCall } from './gpu-kernel.ts';
import { sizeOf } from './program.ts';

/** Vector [batch, head, row] of a buffer begins at start + batch · batches + head · heads + row · rows. */
type Places = { readonly start: number; readonly batches: number; readonly heads: number; readonly rows: number };

export type Attention = {
  readonly batch: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly time: number;
  readonly keys: number;
  readonly headDim: number;
  readonly valueDim: number;
  readonly window: number;
  /** One buffer `qkv`, or `query`, `key` and `value`. */
  readonly vectors: Readonly<Record<string, TensorInfo>>;
  readonly query: Places;
  readonly key: Places;
  readonly value: Places;
  readonly output: Places;
  readonly outputShape: readonly number[];
  /** Bias and mask, in one: what is added to the scores. */
  readonly added?: TensorInfo;
  /** Where weights are dropped: one int32, and the rate. */
  readonly seed?: TensorInfo;
  readonly rate: number;
};

export function separateAttention({ inputs, attrs, backend }: KernelCall): Attention {
  const { query, key, value } = inputs;
  const [batch, heads, time, headDim] = query.shape;
  const [, keyHeads, keys] = key.shape;
  const valueDim = value.shape[3];
  const { window, rate = 0 } = attrs as unknown as CausalAttentionAttributes;
  return {
    ...{ batch, heads, keyHeads, time, keys, headDim, valueDim, window: Math.min(window, keys), rate },
    vectors: { query, key, value },
    query: rowsOf(0, heads, time, headDim),
    key: rowsOf(0, keyHeads, keys, headDim),
    value: rowsOf(0, keyHeads, keys, valueDim),
    output: rowsOf(0, heads, time, valueDim),
    outputShape: [batch, heads, time, valueDim],
    ...scoreParts(backend, inputs),
  };
}

export function packedAttention({ inputs, attrs, backend }: KernelCall): Attention {
  const { qkv } = inputs;
  const { numHeads, numKeyValueHeads, window, rate = 0 } = attrs as unknown as CausalSelfAttentionAttributes;
  const [batch, time, width] = qkv.shape;
  const headDim = width / (numHeads + 2 * numKeyValueHeads);
  const from = (head: number, width: number): Places => ({
    start: head * headDim,
    batches: time * width,
    heads: headDim,
    rows: width,
  });
  return {
    ...{ batch, heads: numHeads, keyHeads: numKeyValueHeads, time, keys: time, headDim, valueDim: headDim },
    ...{ window: Math.min(window, time), rate },
    vectors: { qkv },
    query: from(0, width),
    key: from(numHeads, width),
    value: from(numHeads + numKeyValueHeads, width),
    output: from(0, numHeads * headDim),
    outputShape: [batch, time, numHeads * headDim],
    ...scoreParts(backend, inputs),
  };
}

/** The same with queries, keys and values one behind the other in one buffer, for a shader that could not see more. */
export function joined(backend: GpuBackend, attention: Attention): Attention {
  const { heads, keyHeads, time, keys, headDim, valueDim } = attention;
  const flat = Object.values(attention.vectors).map((tensor) => ({ ...tensor, shape: [sizeOf(tensor)] }));
  const [numQueries, numKeys] = flat.map(sizeOf);
  return {
    ...attention,
    vectors: { qkv: runTfjs(backend, 'Concat', flat, { axis: 0 }) },
    query: rowsOf(0, heads, time, headDim),
    key: rowsOf(numQueries, keyHeads, keys, headDim),
    value: rowsOf(numQueries + numKeys, keyHeads, keys, valueDim),
  };
}

/** Runs one of TensorFlow.js's own kernels. */
export function runTfjs(
  backend: GpuBackend,
  name: string,
  inputs: Readonly<Record<string, TensorInfo>> | readonly TensorInfo[],
  attrs: Readonly<Record<string, number | number[]>> = {},
): TensorInfo {
  return getKernel(name, 'webgpu').kernelFunc({ inputs: inputs as NamedTensorInfoMap, attrs, backend }) as TensorInfo;
}

function rowsOf(start: number, heads: number, rows: number, width: number): Places {
  return { start, batches: heads * rows * width, heads: rows * width, rows: width };
}

/** The caller disposes `added` where it is neither the bias nor the mask. */
function scoreParts(
  backend: GpuBackend,
  { bias, mask, seed }: KernelCall['inputs'],
): Pick<Attention, 'added' | 'seed'> {
  return { added: bias && mask ? runTfjs(backend, 'Add', { a: mask, b: bias }) : (bias ?? mask), seed };
}
