// The norm of many tensors taken as one vector, and what brings it down to a limit.
import type { ClipFactorAttributes, GlobalNormAttributes } from '@hornbook/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../backend.ts';
import type { GpuKernel, GpuKernels } from './gpu-kernel.ts';
import { sumOfLanes } from './lanes.ts';
import { output, run, sizeOf } from './program.ts';

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

const clipFactor: GpuKernel = ({ attrs, backend }) => {
  const { norm, limit } = attrs as unknown as ClipFactorAttributes;
  const factor = output(backend, []);
  run(backend, {
    name: 'clipFactor',
    buffers: { norm: [norm, 'read'], factor: [factor, 'write'] },
    numbers: { limit: { f32: limit } },
    threads: 1,
    main: () => 'if (index == 0) { factor[0] = min(1.0, numbers.limit / (norm[0] + 1e-6)); }',
  });
  return [factor];
};

export const globalNormKernels: GpuKernels = { GlobalNorm: globalNorm, ClipFactor: clipFactor };
