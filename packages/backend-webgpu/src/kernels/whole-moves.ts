// Moving int32 without a change: TensorFlow.js's shaders take it through float32, which keeps 24 bits. Halves of 16 bits it
// keeps, so they are moved one after the other.
import { getKernel, type KernelConfig, registerKernel, type TensorInfo, unregisterKernel } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../backend.ts';
import { empty } from '../dispatch.ts';
import { run, sizeOf } from './program.ts';

type Half = 'high' | 'low';

const halves: Readonly<Record<Half, string>> = { high: 'x[index] >> 16', low: 'x[index] & 0xffff' };

/** Kernels that move, and the inputs that say where to and are no part of it. */
const moves: Readonly<Record<string, readonly string[]>> = {
  Concat: [],
  GatherV2: ['indices'],
  Pack: [],
  PadV2: [],
  Reverse: [],
  Select: ['condition'],
  Slice: [],
  SplitV: [],
  StridedSlice: [],
  Tile: [],
  Transpose: [],
  Unpack: [],
};

/** In the place of TensorFlow.js's, for int32. A bundle for training has not all of them. */
export function registerWholeMoves(): void {
  for (const [name, places] of Object.entries(moves)) {
    const original: KernelConfig | undefined = getKernel(name, 'webgpu');
    if (!original) continue;
    unregisterKernel(name, 'webgpu');
    registerKernel({ ...original, kernelFunc: (call) => move(original, places, call) });
  }
}

function move(original: KernelConfig, places: readonly string[], call: Parameters<KernelConfig['kernelFunc']>[0]) {
  const backend = call.backend as GpuBackend;
  const entries = Object.entries(call.inputs as Record<string, TensorInfo>);
  const moved = entries.filter(([name]) => !places.includes(name)).map(([, tensor]) => tensor);
  const whole = moved.every((tensor) => tensor.dtype === 'int32');
  if (!whole || backend.shouldExecuteOnCPU(entries.map(([, tensor]) => tensor))) return original.kernelFunc(call);

  const [high, low] = (['high', 'low'] as const).map((half) => {
    const own = entries.map(([name, tensor]) => [name, places.includes(name) ? tensor : halfOf(backend, tensor, half)]);
    const named: Record<string, TensorInfo> = Object.fromEntries(own);
    const inputs = Array.isArray(call.inputs) ? Object.values(named) : named;
    const result = original.kernelFunc({
      inputs: inputs as typeof call.inputs,
      backend,
      attrs: attrsOf(call.attrs, half),
    });
    for (const [name, { dataId }] of Object.entries(named)) if (!places.includes(name)) backend.disposeData(dataId);
    return result;
  });
  if (!Array.isArray(high)) return joined(backend, high, low as TensorInfo);
  return high.map((part, i) => joined(backend, part, (low as TensorInfo[])[i]));
}

/** The number that PadV2 pads with is halved, too. */
function attrsOf(attrs: KernelCallAttrs, half: Half): KernelCallAttrs {
  const value = attrs?.constantValue;
  if (typeof value !== 'number') return attrs;
  return { ...attrs, constantValue: half === 'high' ? value >> 16 : value & 0xffff };
}

type KernelCallAttrs = Parameters<KernelConfig['kernelFunc']>[0]['attrs'];

function halfOf(backend: GpuBackend, x: TensorInfo, half: Half): TensorInfo {
  const y = empty(backend, x.shape, 'int32');
  const threads = sizeOf(x);
  if (threads === 0) return y;
  run(backend, {
    name: `whole-${half}`,
    buffers: { x: [x, 'read', 'i32'], y: [y, 'write', 'i32'] },
    numbers: { threads },
    threads,
    main: () => `if (index < numbers.threads) { y[index] = ${halves[half]}; }`,
  });
  return y;
}

/** One number of both halves, which are done with. */
function joined(backend: GpuBackend, high: TensorInfo, low: TensorInfo): TensorInfo {
  const y = empty(backend, high.shape, 'int32');
  const threads = sizeOf(y);
  if (threads > 0) {
    run(backend, {
      name: 'whole-joined',
      buffers: { high: [high, 'read', 'i32'], low: [low, 'read', 'i32'], y: [y, 'write', 'i32'] },
      numbers: { threads },
      threads,
      main: () => 'if (index < numbers.threads) { y[index] = (high[index] << 16) | low[index]; }',
    });
  }
  for (const { dataId } of [high, low]) backend.disposeData(dataId);
  return y;
}
