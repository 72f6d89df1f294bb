// The norm of many tensors taken as one vector, and the limit that clipping puts on it.
import type { ClipToNormAttributes, GlobalNormAttributes } from '@hornbook/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../backend.ts';
import type { GpuKernel, GpuKernels } from './gpu-kernel.ts';
import { sumOfLanes } from './lanes.ts';
import { output, type Program, run, sizeOf } from './program.ts';

/** Numbers whose squares a workgroup adds up. */
const chunk = 4096;

/** Tensors that one dispatch sees, beside one buffer more. */
function inDispatches<T>(backend: GpuBackend, all: readonly T[]): T[][] {
  const most = backend.device.limits.maxStorageBuffersPerShaderStage - 1;
  return Array.from({ length: Math.ceil(all.length / most) }, (_, i) => all.slice(i * most, (i + 1) * most));
}

/** A sum for each chunk of each tensor, then the root of the sum of those: always in the same order. */
const globalNorm: GpuKernel = ({ attrs, backend }) => {
  const { tensors } = attrs as unknown as GlobalNormAttributes;
  const filled = tensors.filter((tensor) => sizeOf(tensor) > 0);
  const chunksOf = (tensor: TensorInfo) => Math.ceil(sizeOf(tensor) / chunk);
  const total = filled.reduce((sum, tensor) => sum + chunksOf(tensor), 0);
  if (total === 0) return [backend.makeTensorInfo([], 'float32', Float32Array.of(0))];
  const squares = output(backend, [total]);
  let first = 0;
  for (const some of inDispatches(backend, filled)) {
    const sizes = some.map((tensor, i) => [`size${i}`, sizeOf(tensor)] as const);
    const groups = some.reduce((sum, tensor) => sum + chunksOf(tensor), 0);
    run(backend, {
      name: 'sumOfSquares',
      buffers: {
        squares: [squares, first === 0 ? 'write' : 'update'],
        ...Object.fromEntries(some.map((tensor, i) => [`x${i}`, [tensor, 'read']])),
      },
      numbers: { first, ...Object.fromEntries(sizes) },
      size: 256,
      groups,
      declarations: () => sumOfLanes,
      main: () => `
  var part = 0.0;
  var start = group * ${chunk};
  var mine = true;
  ${sizes.map(([size], i) => sumOfShare(`numbers.${size}`, `x${i}`)).join('')}
  let sum = sumOfLanes(lane, vec2f(part, 0.0)).x;
  if (lane == 0 && !mine) { squares[numbers.first + group] = sum; }`,
    });
    first += groups;
  }
  const norm = output(backend, []);
  run(backend, {
    name: 'rootOfSum',
    buffers: { squares: [squares, 'read'], norm: [norm, 'write'] },
    numbers: { total },
    size: 256,
    groups: 1,
    declarations: () => sumOfLanes,
    main: () => `
  var part = 0.0;
  for (var i = lane; i < numbers.total; i += SIZE) { part += squares[i]; }
  let sum = sumOfLanes(lane, vec2f(part, 0.0)).x;
  if (lane == 0) { norm[0] = sqrt(sum); }`,
  });
  backend.disposeData(squares.dataId);
  return [norm];
};

/** Of a tensor whose chunks are next in the row of all, if the workgroup's is among them; mine until it is found. */
function sumOfShare(size: string, buffer: string): string {
  return `
  if (mine && start < ${size}) {
    mine = false;
    for (var i = start + lane; i < min(start + ${chunk}, ${size}); i += SIZE) { part += ${buffer}[i] * ${buffer}[i]; }
  }
  start -= (${size} + ${chunk - 1}) / ${chunk} * ${chunk};`;
}

/** In the memory of the tensors themselves, those excepted that share it with others. */
const clipToNorm: GpuKernel = ({ attrs, backend }) => {
  const { tensors, norm, limit } = attrs as unknown as ClipToNormAttributes;
  const shares = tensors.map((tensor) => backend.refCount(tensor.dataId) > 1 || sizeOf(tensor) === 0);
  const clipped = tensors.map((tensor, i) => (shares[i] ? output(backend, tensor.shape) : tensor));
  const own = tensors.filter((_, i) => !shares[i]);
  for (const some of inDispatches(backend, own)) scale(backend, norm, limit, some);
  for (const [i, tensor] of tensors.entries()) {
    if (shares[i] && sizeOf(tensor) > 0) scale(backend, norm, limit, [clipped[i]], tensor);
  }
  return clipped.map((tensor, i): TensorInfo => {
    if (shares[i]) return tensor;
    backend.incRef(tensor.dataId);
    return { dataId: tensor.dataId, shape: tensor.shape, dtype: tensor.dtype };
  });
};

/** Each of these in place, or one from another. */
function scale(
  backend: GpuBackend,
  norm: TensorInfo,
  limit: number,
  tensors: readonly TensorInfo[],
  from?: TensorInfo,
): void {
  const sizes = tensors.map((tensor, i) => [`size${i}`, sizeOf(tensor)] as const);
  const buffers: [string, Program['buffers'][string]][] = tensors.map((tensor, i) => [
    `x${i}`,
    [tensor, from ? 'write' : 'update'],
  ]);
  run(backend, {
    name: from ? 'clipFrom' : 'clip',
    buffers: { norm: [norm, 'read'], ...(from && { origin: [from, 'read'] }), ...Object.fromEntries(buffers) },
    numbers: { limit: { f32: limit }, ...Object.fromEntries(sizes) },
    threads: sizes.reduce((sum, [, size]) => sum + size, 0),
    main: () => `
  let factor = min(1.0, numbers.limit / (norm[0] + 1e-6));
  var i = index;
  ${sizes
    .map(([size], number) => {
      const x = `x${number}`;
      return `if (i < numbers.${size}) { ${x}[i] = ${from ? 'origin' : x}[i] * factor; return; } i -= numbers.${size};`;
    })
    .join('\n  ')}`,
  });
}

export const globalNormKernels: GpuKernels = { GlobalNorm: globalNorm, ClipToNorm: clipToNorm };
