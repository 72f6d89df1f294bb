// A recorded step as the GPU is given it again: the same commands on the same buffers, segment by segment.
import type { HostArray, Readable, Replay } from '@hornbook/ops';
import { engine, type Tensor, type TypedArray } from '@tensorflow/tfjs-core';
import type { GpuBackend } from './backend.ts';
import { encode } from './dispatch.ts';
import { type Fill, type Recording, type Result, type Segment, sizeOf } from './record.ts';
import { type Piece, Uploads } from './uploads.ts';

export class RecordedStep implements Replay {
  readonly cuts: number;
  readonly #backend: GpuBackend;
  readonly #recording: Recording;
  /** What the step uses and does not own, and how often each was given back when it was recorded. */
  readonly #watched: readonly { readonly buffer: GPUBuffer; readonly epoch: number }[];
  readonly #uploads: Uploads;
  /** Inputs that go up with what the first segment fills. */
  #waiting: Piece[] = [];
  #next = 0;

  constructor(backend: GpuBackend, recording: Recording) {
    this.#backend = backend;
    this.#recording = recording;
    this.cuts = recording.segments.length - 1;
    this.#watched = recording.found.map((buffer) => ({ buffer, epoch: backend.pool.epochOf(buffer) }));
    const filled = recording.segments.map(({ fills }, i) => (i === 0 ? [...recording.inputs, ...fills] : fills));
    this.#uploads = new Uploads(
      backend,
      filled.map((pieces) => pieces.map(({ buffer }) => buffer)),
    );
  }

  get stale(): boolean {
    const backend = this.#backend;
    if (backend.failure) return true;
    backend.flush(); // what was disposed is given back now
    // A variable that shares its memory, as with a clone made since, must not be written to.
    if (this.#recording.changed.some((dataId) => backend.refCount(dataId) !== 1)) return true;
    return this.#watched.some(({ buffer, epoch }) => backend.pool.epochOf(buffer) !== epoch);
  }

  get bytes(): number {
    return this.#recording.loan.bytes + this.#uploads.bytes;
  }

  /** Nothing more: what is computed on the way has buffers that are kept. */
  readonly workingBytes = 0;

  start(inputs: readonly (HostArray | Tensor)[]): void {
    this.#waiting = [];
    for (const [i, { buffer, dtype }] of this.#recording.inputs.entries()) {
      const input = inputs[i];
      if (!buffer) continue;
      if (typeof input.data !== 'function') this.#waiting.push({ buffer, values: input.data, dtype });
      else this.#backend.copy(this.#backend.bufferOf(input as Tensor), buffer);
    }
    this.#next = 0;
  }

  segment(): readonly Readable[] {
    const backend = this.#backend;
    const { results } = this.#encodeNext();
    backend.flush();
    return results.map((result) => ({
      data: () => backend.readBuffer(result.buffer, result.dtype),
      dataSync() {
        throw new Error('Expected await data(), got dataSync(): a GPU cannot be read at once');
      },
    }));
  }

  end(): readonly Tensor[] {
    const { results } = this.#encodeNext();
    const tensors = results.map((result) => this.#take(result));
    this.#backend.flush();
    return tensors;
  }

  dispose(): void {
    this.#uploads.dispose();
    this.#recording.loan.end();
  }

  #encodeNext(): Segment {
    const backend = this.#backend;
    const { segments, changed } = this.#recording;
    const segment = segments[this.#next++];
    this.#uploads.send([...this.#waiting, ...segment.fills.flatMap(freshOf)]);
    this.#waiting = [];
    encode(backend, segment.commands);
    for (const { from, home } of segment.assigned) backend.copy(from, home);
    for (const dataId of changed) backend.forgetValues(dataId);
    return segment;
  }

  /** A new tensor with a result's values. */
  #take(result: Result): Tensor {
    const backend = this.#backend;
    const { buffer, shape, dtype } = result;
    const none = sizeOf(result) === 0 ? new Float32Array(0) : undefined;
    const info = backend.makeTensorInfo(shape, dtype, none);
    if (buffer) backend.copy(buffer, backend.bufferOf(info));
    return engine().makeTensorFromTensorInfo(info, backend);
  }
}

/** What a fill gives now; none where no command uses it. */
function freshOf({ buffer, values, dtype, fill }: Fill): Piece[] {
  const fresh: TypedArray = fill();
  if (fresh.length !== values.length) {
    throw new RangeError(`Expected ${values.length} values from a hostInput, got ${fresh.length}`);
  }
  return buffer ? [{ buffer, values: fresh, dtype }] : [];
}
