// Causal attention, flash-style: no matrix of scores is ever written, forward or back.
// Dao et al. 2022, https://arxiv.org/abs/2205.14135.
import { CausalAttention, CausalSelfAttention } from '@hornbook/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../backend.ts';
import { emptyActivation } from '../half.ts';
import { type Attention, joined, packedAttention, runTfjs, separateAttention } from './attention-call.ts';
import { biasGradient, forward, keyGradient, queryGradient, type Shader } from './attention-shaders.ts';
import { bytesOf, size } from './attention-tiles.ts';
import { inFours } from './attention-vectors.ts';
import type { GpuKernel, GpuKernels, KernelCall } from './gpu-kernel.ts';
import { keptNumbers, seedBuffer } from './kept-bits.ts';
import { output, type Program, run, sizeOf } from './program.ts';

type Buffers = Program['buffers'];
type Access = Buffers[string][1];

/** Workgroups that keep a GPU busy. */
const enough = 128;

/** → [output, logSumExp], of which the gradient takes both back. */
function attend(backend: GpuBackend, attention: Attention): TensorInfo[] {
  const { batch, heads, time, outputShape } = attention;
  const y = emptyActivation(backend, outputShape);
  const logSumExp = output(backend, [batch, heads, time]);
  if (sizeOf(y) === 0) return [y, logSumExp];
  const buffers: Buffers = { y: ofVectors(attention, y, 'write'), logSumExp: [logSumExp, 'write'] };
  runTiles(backend, 'attention', forward, attention, buffers, heads, time);
  return [y, logSumExp];
}

/** dQuery with delta, then dKey and dValue, then dBias. `dVectors` is one buffer, or three. */
function attendGradient(
  backend: GpuBackend,
  attention: Attention,
  { dy, output: y, logSumExp, bias }: KernelCall['inputs'],
): TensorInfo[] {
  const { batch, heads, keyHeads, time, keys } = attention;
  const shapes = Object.values(attention.vectors).map(({ shape }) => shape);
  if (sizeOf(dy) === 0) return [...shapes, ...(bias ? [bias.shape] : [])].map((shape) => zeros(backend, shape));
  const gradients = shapes.map((shape) => emptyActivation(backend, shape));
  const dBias = bias && output(backend, bias.shape);
  if (dBias) gradients.push(dBias);
  const delta = output(backend, [batch, heads, time]);
  const [first, dKey, dValue] = gradients;
  const vectors = (tensor: TensorInfo, access: Access) => ofVectors(attention, tensor, access);
  const read: Buffers = { dy: vectors(dy, 'read'), logSumExp: [logSumExp, 'read'] };
  runTiles(
    backend,
    'attentionQueryGradient',
    queryGradient,
    attention,
    { ...read, y: vectors(y, 'read'), dQuery: vectors(first, 'write'), delta: [delta, 'write'] },
    heads,
    time,
  );
  const readDelta: Buffers = { ...read, delta: [delta, 'read'] };
  const packed = 'qkv' in attention.vectors;
  const written: Buffers = packed
    ? { dVectors: vectors(first, 'update') }
    : { dKey: vectors(dKey, 'write'), dValue: vectors(dValue, 'write') };
  runTiles(backend, 'attentionKeyGradient', keyGradient, attention, { ...readDelta, ...written }, keyHeads, keys);
  if (dBias) {
    run(backend, {
      ...programOf('attentionBiasGradient', biasGradient, attention, 1),
      buffers: { ...inputsOf(attention), ...readDelta, dBias: [dBias, 'write'] },
      numbers: numbersOf(attention, 0),
      threads: heads * time * keys,
    });
  }
  backend.disposeData(delta.dataId);
  return gradients;
}

/** Some rows to a workgroup, for each head of each batch. */
function runTiles(
  backend: GpuBackend,
  name: string,
  shader: Shader,
  attention: Attention,
  buffers: Buffers,
  heads: number,
  rows: number,
): void {
  const threadRows = threadRowsOf(backend, attention, heads, rows);
  const tiles = Math.ceil(rows / (8 * threadRows));
  run(backend, {
    ...programOf(name, shader, attention, threadRows),
    buffers: { ...inputsOf(attention), ...buffers },
    numbers: numbersOf(attention, tiles),
    groups: attention.batch * heads * tiles,
  });
}

/** Rows of an invocation: the most for which there are enough workgroups, and memory in each. */
function threadRowsOf(
  { device: { limits } }: GpuBackend,
  { batch, valueDim, headDim }: Attention,
  heads: number,
  rows: number,
): number {
  const most = headDim + valueDim > 256 ? 2 : 4; // for wide heads an invocation has not enough registers
  const fits = (threadRows: number) =>
    threadRows <= most &&
    bytesOf(threadRows) <= limits.maxComputeWorkgroupStorageSize &&
    batch * heads * Math.ceil(rows / (8 * threadRows)) >= enough;
  return [4, 2].find(fits) ?? 1;
}

function programOf(name: string, { declarations, main }: Shader, attention: Attention, threadRows: number) {
  const { headDim, valueDim } = attention;
  return {
    name: `${name} ${headDim} ${valueDim} ${threadRows}`,
    halves: true,
    size,
    declarations: () => declarations(attention, threadRows),
    main: () => main(attention, threadRows),
  };
}

function inputsOf(attention: Attention): Buffers {
  const { vectors, added, seed } = attention;
  const read: Buffers = Object.fromEntries(
    Object.entries(vectors).map(([name, tensor]) => [name, ofVectors(attention, tensor, 'read')]),
  );
  return { ...read, ...(added && { added: [added, 'read'] }), ...seedBuffer(seed) };
}

function ofVectors(attention: Attention, tensor: TensorInfo, access: Access): Buffers[string] {
  return [tensor, access, inFours(attention) ? 'vec4f' : 'f32'];
}

function numbersOf(attention: Attention, tiles: number): Program['numbers'] {
  const { batch, heads, keyHeads, time, keys, window, headDim, query, key, value, output, added, rate } = attention;
  const spread = [1, 1, 1, 1, ...(added?.shape ?? [])].slice(-4);
  const [aBatches, aHeads, aRows] = [spread[1] * spread[2] * keys, spread[2] * keys, keys].map((step, axis) =>
    spread[axis] > 1 ? step : 0,
  );
  return {
    ...{ batch, heads, keyHeads, time, keys, window, tiles, scale: { f32: 1 / Math.sqrt(headDim) } },
    ...{ qStart: query.start, qBatches: query.batches, qHeads: query.heads, qRows: query.rows },
    ...{ kStart: key.start, kBatches: key.batches, kHeads: key.heads, kRows: key.rows },
    ...{ vStart: value.start, vBatches: value.batches, vHeads: value.heads, vRows: value.rows },
    ...{ oBatches: output.batches, oHeads: output.heads, oRows: output.rows, aBatches, aHeads, aRows },
    ...keptNumbers(rate),
  };
}

function zeros(backend: GpuBackend, shape: number[]): TensorInfo {
  return backend.makeTensorInfo(shape, 'float32', new Float32Array(shape.reduce((size, n) => size * n, 1)));
}

/** Frees what was made of bias and mask together. */
function freeAdded(backend: GpuBackend, { added }: Attention, { bias, mask }: KernelCall['inputs']): void {
  if (added && added.dataId !== bias?.dataId && added.dataId !== mask?.dataId) backend.disposeData(added.dataId);
}

function forwardOf(attentionOf: (call: KernelCall) => Attention): GpuKernel {
  return (call) => {
    const attention = attentionOf(call);
    const made = attend(call.backend, attention);
    freeAdded(call.backend, attention, call.inputs);
    return made;
  };
}

function gradientOf(attentionOf: (call: KernelCall) => Attention): GpuKernel {
  return (call) => {
    const { backend, inputs } = call;
    const attention = attentionOf(call);
    const most = backend.device.limits.maxStorageBuffersPerShaderStage;
    const needed = Object.keys(inputsOf({ ...attention, seed: undefined })).length + 5;
    const made =
      needed > most && !('qkv' in attention.vectors)
        ? gradientOfJoined(backend, attention, inputs)
        : attendGradient(backend, attention, inputs);
    freeAdded(backend, attention, inputs);
    return made;
  };
}

/** By one buffer for queries, keys and values, whose gradient is cut in three. */
function gradientOfJoined(backend: GpuBackend, attention: Attention, inputs: KernelCall['inputs']): TensorInfo[] {
  const one = joined(backend, attention);
  const [dVectors, ...dBias] = attendGradient(backend, one, inputs);
  let begin = 0;
  const parts = Object.values(attention.vectors).map((tensor) => {
    const size = sizeOf(tensor);
    const part = runTfjs(backend, 'Slice', { x: dVectors }, { begin: [begin], size: [size] });
    begin += size;
    return { ...part, shape: tensor.shape };
  });
  for (const { dataId } of [one.vectors.qkv, dVectors]) backend.disposeData(dataId);
  return [...parts, ...dBias];
}

export const attentionKernels: GpuKernels = {
  [CausalAttention]: forwardOf(separateAttention),
  [`${CausalAttention}Grad`]: gradientOf(separateAttention),
  [CausalSelfAttention]: forwardOf(packedAttention),
  [`${CausalSelfAttention}Grad`]: gradientOf(packedAttention),
};
