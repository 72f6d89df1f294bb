// Runs compute shaders of our own on TensorFlow.js's command encoder: several outputs, writes in place, any WGSL.
import { env, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { GpuBackend } from './backend.ts';
import { internalsOf } from './internals.ts';
import type { Command } from './listen.ts';

/**
 * A compute shader whose entry point is `main`: a whole WGSL module. It declares its buffers itself, `@group(0) @binding(i)`
 * in the order of the dispatch's bindings and then the uniforms, if there are any: 'read' is `var<storage, read>`, the
 * others are `var<storage, read_write>`, and uniforms `var<uniform>`.
 */
export type Shader = {
  /** Unique for each code: what is compiled is kept by it. */
  readonly key: string;
  /** Called when the shader is first used on a device. */
  readonly code: () => string;
};

/**
 * 'write' fills every element anew; 'update' also reads what there was, as optimizers do with parameters. 'constant' is for
 * a few numbers, at most 256: they are `var<uniform>` in the shader, and do not count as one of its storage buffers.
 */
export type Binding = {
  readonly tensor: TensorInfo;
  readonly access: 'read' | 'write' | 'update' | 'constant';
  /** True where the tensor's numbers have 16 bits and the shader takes them so, as `array<f16>`; else it is given 32. */
  readonly half?: boolean;
};

const bindingTypes: Readonly<Record<Binding['access'], GPUBufferBindingType>> = {
  read: 'read-only-storage',
  write: 'storage',
  update: 'storage',
  constant: 'uniform',
};

type Pipeline = { readonly pipeline: GPUComputePipeline; readonly layout: GPUBindGroupLayout };

const pipelines = new WeakMap<GPUDevice, Map<string, Pipeline>>();

/**
 * Encodes one dispatch. Nothing is waited for.
 *
 * @param uniforms 32-bit numbers laid out as WGSL does: int32 and float32 views of one buffer
 * @throws RangeError for more workgroups than the GPU has, or tensors without elements
 * @example dispatch(backend, shader, [{ tensor: x, access: 'read' }, { tensor: y, access: 'write' }], grid(size, 64))
 */
export function dispatch(
  backend: GpuBackend,
  shader: Shader,
  bindings: readonly Binding[],
  workgroups: Command['workgroups'],
  uniforms?: ArrayBuffer,
): void {
  const { device } = backend;
  const inside = internalsOf(backend);
  checkWorkgroups(shader, workgroups, device.limits.maxComputeWorkgroupsPerDimension);
  for (const binding of bindings) checkBinding(backend, shader, binding);
  const buffers = bindings.map((binding) => backend.use(binding));
  if (uniforms) {
    const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.UNIFORM;
    const buffer = inside.bufferManager.acquireBuffer(Math.ceil(uniforms.byteLength / 16) * 16, usage);
    device.queue.writeBuffer(buffer, 0, uniforms);
    inside.uniformPendingDisposal.push(buffer);
    buffers.push(buffer);
  }
  const { pipeline, layout } = pipelineOf(device, shader, bindings, uniforms !== undefined);
  const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
  const bindGroup = device.createBindGroup({ label: shader.key, layout, entries });

  encode(backend, [{ pipeline, bindGroup, workgroups }]);
  inside.dispatchCountInPass++;
  if (inside.dispatchCountInPass >= env().getNumber('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE')) backend.flush();
}

/** Adds commands to those that are not submitted yet. */
export function encode(backend: GpuBackend, commands: readonly Command[]): void {
  const inside = internalsOf(backend);
  backend.ensureCommandEncoderReady();
  inside.computePassEncoder ??= (inside.commandEncoder as GPUCommandEncoder).beginComputePass();
  for (const { pipeline, bindGroup, workgroups } of commands) {
    inside.computePassEncoder.setPipeline(pipeline);
    inside.computePassEncoder.setBindGroup(0, bindGroup);
    inside.computePassEncoder.dispatchWorkgroups(...workgroups);
  }
  backend.count.dispatches += commands.length;
}

/** A new tensor on the GPU with whatever lies in its memory: a dispatch must write every element. */
export function empty(backend: GpuBackend, shape: readonly number[], dtype: 'float32' | 'int32'): TensorInfo {
  return backend.makeTensorInfo([...shape], dtype);
}

/**
 * Workgroups of `size` invocations for at least `count`: along x, and where that is full, along y too. In WGSL, with
 * `@builtin(workgroup_id) group`, `@builtin(num_workgroups) groups` and `@builtin(local_invocation_index) local`:
 * `let index = (group.y * groups.x + group.x) * size + local; if (index >= count) { return; }`.
 *
 * @example grid(1000, 64) → [16, 1]
 */
export function grid(count: number, size: number): [x: number, y: number] {
  const most = 65_535; // of every WebGPU device
  const groups = Math.ceil(count / size);
  const rows = Math.max(1, Math.ceil(groups / most));
  return [Math.ceil(groups / rows), rows];
}

function checkBinding(backend: GpuBackend, { key }: Shader, { tensor, access }: Binding): void {
  const { dataId, shape, dtype } = tensor;
  if (util.sizeFromShape(shape) === 0)
    throw new RangeError(`Expected tensors with elements for ${key}, got [${shape}]`);
  if (access === 'update' && backend.refCount(dataId) > 1) {
    throw new Error(`Expected ${key} to change a tensor with memory of its own, got one that shares it`);
  }
  // TensorFlow.js's own shaders allow for float32 that shares the memory of whole numbers.
  const stored = backend.holds(tensor) ? backend.tensorMap.get(dataId).dtype : dtype;
  if (dtype === 'float32' && stored !== dtype)
    throw new TypeError(`Expected ${dtype} in memory for ${key}, got ${stored}`);
}

function checkWorkgroups({ key }: Shader, workgroups: Command['workgroups'], most: number): void {
  for (const count of workgroups) {
    if (count !== undefined && !(count >= 1 && count <= most)) {
      throw new RangeError(
        `Expected 1 to ${most} workgroups (maxComputeWorkgroupsPerDimension) for ${key}, got ${count}`,
      );
    }
  }
}

function pipelineOf(device: GPUDevice, shader: Shader, bindings: readonly Binding[], uniforms: boolean): Pipeline {
  const known = pipelines.get(device) ?? new Map<string, Pipeline>();
  pipelines.set(device, known);
  const types = bindings.map(({ access }) => bindingTypes[access]);
  if (uniforms) types.push('uniform');
  const key = `${shader.key} ${types}`;
  const found = known.get(key);
  if (found) return found;
  const { COMPUTE } = GPUShaderStage;
  const layout = device.createBindGroupLayout({
    label: shader.key,
    entries: types.map((type, binding) => ({ binding, visibility: COMPUTE, buffer: { type } })),
  });
  const module = device.createShaderModule({ label: shader.key, code: shader.code() });
  const pipeline = device.createComputePipeline({
    label: shader.key,
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: 'main' },
  });
  const made = { pipeline, layout };
  known.set(key, made);
  return made;
}
