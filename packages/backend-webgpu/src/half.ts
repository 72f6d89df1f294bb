// Tensors in 16 bits. TensorFlow.js knows no such type: to it they are float32, and the backend remembers whose buffers hold
// halves. A shader that knows them takes them as they lie; for any other, and for whoever reads, they are made wide.
import { type DataId, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { GpuBackend } from './backend.ts';
import { type Binding, dispatch, empty, grid } from './dispatch.ts';

/**
 * A new tensor for an activation or its gradient: in 16 bits in half precision. A shader that knows halves writes every
 * element. Not for what adds up over many rows, as the gradients of weights do.
 */
export function emptyActivation(backend: GpuBackend, shape: readonly number[]): TensorInfo {
  const size = util.sizeFromShape([...shape]);
  if (size === 0) return backend.makeTensorInfo([...shape], 'float32', new Float32Array(0));
  return backend.autocasting ? emptyHalf(backend, shape) : empty(backend, shape, 'float32');
}

/** A new tensor of 16 bits, which has elements. */
export function emptyHalf(backend: GpuBackend, shape: readonly number[]): TensorInfo {
  const made = empty(backend, shape, 'float32');
  const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
  const bytes = 4 * Math.ceil(util.sizeFromShape([...shape]) / 2);
  backend.moveTo(made, backend.pool.acquireBuffer(bytes, STORAGE | COPY_SRC | COPY_DST));
  backend.halves.add(made.dataId);
  return made;
}

/** A binding of a shader that knows halves, and asks `half` of it which the tensor has. */
export function asItLies(backend: GpuBackend, tensor: TensorInfo, access: Binding['access']): Binding {
  return { tensor, access, half: backend.halves.has(tensor.dataId) };
}

/** What WGSL sees a buffer of floats as. */
export function elementOf({ half }: Pick<Binding, 'half'>, element: 'f32' | 'vec4f'): string {
  if (!half) return element;
  return element === 'f32' ? 'f16' : 'vec4h';
}

/**
 * A function `to_name` in WGSL that turns a number, or four, into what lies in a buffer. What is too large for 16 bits becomes
 * infinite: WGSL itself leaves open what it becomes, and the scaling of losses depends on seeing it.
 */
export function writerOf(name: string, { half }: Pick<Binding, 'half'>, element: 'f32' | 'vec4f'): string {
  const stored = elementOf({ half }, element);
  const value = half ? `${stored}(select(x, x * 1e38, abs(x) > ${element}(65504.0)))` : 'x';
  return `fn to_${name}(x: ${element}) -> ${stored} { return ${value}; }`;
}

/** Gives a tensor 32 bits for good. The buffer with 16 is freed as that of any tensor, when no command uses it any more. */
export function widen(backend: GpuBackend, dataId: DataId): void {
  const entry = backend.tensorMap.get(dataId);
  const { shape, dtype } = entry;
  const narrow = backend.makeTensorInfo(shape, dtype);
  backend.moveTo(narrow, entry.resource as GPUBuffer);
  backend.halves.add(narrow.dataId);
  backend.halves.delete(dataId);
  entry.resource = undefined;
  const size = util.sizeFromShape(shape);
  const code = () => `
enable f16;
@group(0) @binding(0) var<storage, read> x: array<f16>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> size: u32;
@compute @workgroup_size(64) fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let i = (group.y * groups.x + group.x) * 64 + local;
  if (i < size) { y[i] = f32(x[i]); }
}`;
  const bindings: Binding[] = [
    asItLies(backend, narrow, 'read'),
    { tensor: { dataId, shape, dtype }, access: 'write' },
  ];
  dispatch(backend, { key: 'widen', code }, bindings, grid(size, 64), Uint32Array.of(size).buffer);
  backend.disposeData(narrow.dataId);
}
