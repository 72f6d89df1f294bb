// The backend: TensorFlow.js's own for WebGPU, which keeps no error to itself, with kernels of ours and recorded steps.
import type { Capture, Capturing, Halving } from '@hornbook/ops';
import {
  type backend_util,
  type DataId,
  type DataType,
  type GPUData,
  type Tensor,
  type TensorInfo,
  type TypedArray,
  util,
} from '@tensorflow/tfjs-core';
import { WebGPUBackend } from '#tfjs-backend';
import { type Adapter, describeAdapter } from './adapter.ts';
import { BufferPool } from './buffer-pool.ts';
import type { Binding } from './dispatch.ts';
import { GpuError } from './gpu-error.ts';
import { widen } from './half.ts';
import { internalsOf } from './internals.ts';
import type { TileName } from './matmul/plans.ts';
import { isNumeric, Recorder } from './record.ts';

type Values = backend_util.BackendValues;
type RunProgram = WebGPUBackend['runWebGPUProgram'];

/** Reads, of which a step of training makes one, between two sweeps of the memory that is kept for reuse. */
const readsPerSweep = 64;

/** Values that are on the GPU only. */
const none = null as unknown as Values;

/**
 * After one invalid command the GPU drops the whole batch that it came with, and everything reads as zeros. So the
 * first error is kept, and every read from then on throws it. `useBackend('webgpu')` then begins with a new device.
 */
export class GpuBackend extends WebGPUBackend implements Capturing, Halving {
  readonly adapter: Adapter;
  failure: GpuError | undefined;
  /** Since the start: commands that the GPU was given, and pieces of data from JavaScript. */
  readonly count = { dispatches: 0, uploads: 0 };
  /** Which tiles are fastest for a class of matrix products: what the tuner measured on this GPU. */
  readonly tuning = new Map<string, TileName>();
  /** Data whose buffers hold numbers of 16 bits. */
  readonly halves = new WeakSet<DataId>();
  #autocasting = false;
  #halfProducts = false;
  #recorder: Recorder | undefined;
  #reads = 0;
  /** Tensors that are written in place: what is read of them is not kept. */
  readonly #changing = new WeakSet<DataId>();

  constructor(device: GPUDevice, adapter: GPUAdapter) {
    super(device, adapter.info);
    this.adapter = describeAdapter(adapter);
    internalsOf(this).bufferManager = new BufferPool(device);
    device.addEventListener('uncapturederror', ({ error }) =>
      this.#fail(kindOf(error), `WebGPU reports: ${error.message}`),
    );
    device.lost.then(({ message }) => this.#fail('lost', `The GPU is lost: ${message}`));
  }

  /** The GPU's memory. `trim()` gives back what is kept for reuse. */
  get pool(): BufferPool {
    return internalsOf(this).bufferManager;
  }

  /** Whether the device has an optional feature: 'subgroups', 'shader-f16', 'timestamp-query'. */
  has(feature: GPUFeatureName): boolean {
    return this.device.features.has(feature);
  }

  /** Whether the tensor lives on this engine. One that lives on another moves here when it is first used. */
  holds({ dataId }: { readonly dataId: DataId }): boolean {
    return this.tensorMap.has(dataId);
  }

  /** Whether matrix products round their operands to 16 bits, which halves the traffic; sums stay in 32. Off by default. */
  get halfProducts(): boolean {
    return this.#halfProducts;
  }

  set halfProducts(half: boolean) {
    if (half && !this.has('shader-f16')) {
      throw new Error(`Expected a GPU with the feature shader-f16 for products in 16 bits, got ${this.adapter.name}`);
    }
    this.#halfProducts = half;
  }

  /** True inside of `inHalf`: activations are made in 16 bits. */
  get autocasting(): boolean {
    return this.#autocasting;
  }

  get halfRefusal(): string | undefined {
    if (this.has('shader-f16')) return undefined;
    return `Expected a GPU with the feature shader-f16 for half precision, got ${this.adapter.name}: leave half precision out`;
  }

  inHalf<T>(work: () => T): T {
    const before = this.#autocasting;
    this.#autocasting = true;
    try {
      return work();
    } finally {
      this.#autocasting = before;
    }
  }

  /** Where the tensor's numbers lie, 32 bits each; they are uploaded first, if they have not been. */
  bufferOf({ dataId }: { readonly dataId: DataId }): GPUBuffer {
    this.uploadToGPU(dataId);
    return this.tensorMap.get(dataId).resource as GPUBuffer;
  }

  /** The buffer of a tensor that the next command uses. */
  use({ tensor: { dataId }, access, half }: Binding): GPUBuffer {
    const buffer = half ? (this.tensorMap.get(dataId).resource as GPUBuffer) : this.bufferOf({ dataId });
    internalsOf(this).commandQueueOwnedIds.add(dataId);
    if (access === 'write' || access === 'update') this.forgetValues(dataId);
    if (this.recording) this.#recorder?.uses(dataId, buffer, access);
    return buffer;
  }

  /** What was read of a tensor is out of date, and so is what is being read. */
  forgetValues(dataId: DataId): void {
    this.#changing.add(dataId);
    if (this.holds({ dataId })) this.tensorMap.get(dataId).values = none;
  }

  /** Lets the buffers of tensors that are disposed now be reused before the commands that use them are submitted. */
  forgetOwners(): void {
    internalsOf(this).commandQueueOwnedIds = new WeakSet();
  }

  /** Gives the tensor another buffer. Its own is the caller's from now on. */
  moveTo({ dataId }: { readonly dataId: DataId }, buffer: GPUBuffer): void {
    const entry = this.tensorMap.get(dataId);
    entry.resource = buffer;
    entry.values = none;
  }

  /** Encodes a copy of as many bytes as a buffer has, from a place in another on. */
  copy(from: GPUBuffer, to: GPUBuffer, begin = 0): void {
    this.endComputePassEncoder();
    this.ensureCommandEncoderReady();
    internalsOf(this).commandEncoder?.copyBufferToBuffer(from, begin, to, 0, to.size);
  }

  /** Before all commands that are not submitted yet. */
  writeTo(buffer: GPUBuffer, values: TypedArray, dtype: DataType): void {
    this.queue.writeBuffer(buffer, 0, numbers(values, dtype));
    this.count.uploads++;
  }

  /** Gives the GPU all commands that it has not got yet. */
  flush(): void {
    this.endComputePassEncoder();
    if (internalsOf(this).commandEncoder) this.submitQueue();
  }

  /** True while a step is recorded, in its segments. */
  get recording(): boolean {
    return this.#recorder?.recording ?? false;
  }

  startCapture(inputs: readonly Tensor[]): Capture | undefined {
    if (this.#recorder) return undefined;
    this.#recorder = new Recorder(this, inputs, () => {
      this.#recorder = undefined;
    });
    return this.#recorder;
  }

  refill(dataId: DataId, fill: () => TypedArray): void {
    if (!this.recording) return;
    const { values, dtype } = this.tensorMap.get(dataId);
    this.#recorder?.refill(dataId, { values: values as TypedArray, dtype, fill });
  }

  override write(values: Values, shape: number[], dtype: DataType): DataId {
    const dataId = super.write(values, shape, dtype);
    this.#recorder?.made(dataId);
    return dataId;
  }

  override move(dataId: DataId, values: Values, shape: number[], dtype: DataType, refCount: number): void {
    super.move(dataId, values, shape, dtype, refCount);
    this.#recorder?.made(dataId);
  }

  /** By a copy on the queue, which does not end the pass as TensorFlow.js's way does. Halves are made wide. */
  override uploadToGPU(dataId: DataId): void {
    if (this.halves.has(dataId)) {
      this.#recorder?.widens(dataId);
      widen(this, dataId);
      return;
    }
    const entry = this.tensorMap.get(dataId);
    if (entry.resource || !entry.values) {
      super.uploadToGPU(dataId);
      return;
    }
    const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
    const values = entry.values as TypedArray;
    const buffer = this.pool.acquireApart(4 * values.length, STORAGE | COPY_SRC | COPY_DST);
    this.writeTo(buffer, values, entry.dtype);
    this.#recorder?.uploaded(dataId, buffer, { values, dtype: entry.dtype });
    this.moveTo({ dataId }, buffer);
  }

  override runWebGPUProgram(...args: Parameters<RunProgram>): ReturnType<RunProgram> {
    const output = super.runWebGPUProgram(...args);
    if (util.sizeFromShape(output.shape) === 0) return output;
    this.count.dispatches++;
    if (this.recording) {
      for (const { dataId } of args[1]) this.#recorder?.uses(dataId, this.bufferOf({ dataId }), 'read');
      this.#recorder?.uses(output.dataId, this.bufferOf(output), 'write');
    }
    return output;
  }

  override ensureCommandEncoderReady(): void {
    const inside = internalsOf(this);
    if (inside.commandEncoder) return;
    super.ensureCommandEncoderReady();
    if (this.#recorder?.recording && inside.commandEncoder) {
      inside.commandEncoder = this.#recorder.listen(inside.commandEncoder);
    }
  }

  /** What JavaScript computes, a replay would miss. */
  override shouldExecuteOnCPU(inputs: TensorInfo[], sizeThreshold?: number): boolean {
    return !this.recording && super.shouldExecuteOnCPU(inputs, sizeThreshold);
  }

  override readSync(dataId: DataId): Values {
    this.#refuseRead();
    if (this.halves.has(dataId)) this.uploadToGPU(dataId);
    return super.readSync(dataId);
  }

  override readToGPU(dataId: DataId): GPUData {
    if (this.halves.has(dataId)) this.uploadToGPU(dataId);
    return super.readToGPU(dataId);
  }

  override async read(dataId: DataId): Promise<Values> {
    this.#refuseRead();
    if (this.halves.has(dataId)) this.uploadToGPU(dataId);
    const { values, resource, dtype } = this.tensorMap.get(dataId);
    if (values || !isNumeric(dtype)) return this.#heard(super.read(dataId));
    const read = await this.readBuffer(resource as GPUBuffer, dtype);
    if (this.holds({ dataId }) && !this.#changing.has(dataId)) this.tensorMap.get(dataId).values = read;
    return read;
  }

  /** A buffer's numbers. */
  async readBuffer(buffer: GPUBuffer | undefined, dtype: 'float32' | 'int32' | 'bool'): Promise<TypedArray> {
    if (!buffer) return util.getTypedArrayFromDType(dtype, 0);
    const bytes = await this.#heard(this.getBufferData(buffer));
    return util.convertBackendValuesAndArrayBuffer(bytes, dtype) as TypedArray;
  }

  async #heard<T>(reading: Promise<T>): Promise<T> {
    try {
      const values = await reading;
      if (++this.#reads % readsPerSweep === 0) this.pool.sweep();
      if (!this.failure) return values;
    } catch (error) {
      this.#fail('lost', `The GPU cannot be read: ${(error as Error).message}`);
    }
    throw this.failure;
  }

  #refuseRead(): void {
    if (this.recording) this.#recorder?.fail('Expected no read inside of the step, got one');
  }

  #fail(kind: GpuError['kind'], what: string): void {
    this.failure ??= new GpuError(kind, what);
  }
}

function kindOf(error: GPUError): GpuError['kind'] {
  return error instanceof GPUOutOfMemoryError ? 'memory' : 'invalid';
}

/** In the types that the GPU has: bool is int32 there. */
function numbers(values: TypedArray, dtype: DataType): Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> {
  const type = dtype === 'float32' ? Float32Array : Int32Array;
  return values instanceof type ? (values as Float32Array<ArrayBuffer>) : type.from(values);
}
