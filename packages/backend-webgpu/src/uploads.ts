// What JavaScript gives a recorded step, segment by segment: in one upload, and from there to the buffers that commands name.
import type { DataType, TypedArray } from '@tensorflow/tfjs-core';
import type { GpuBackend } from './backend.ts';

/** Values on their way to a buffer of their size. */
export type Piece = { readonly buffer: GPUBuffer; readonly values: TypedArray; readonly dtype: DataType };

type Stage = { readonly buffer: GPUBuffer; readonly values: ArrayBuffer };

/** Larger ones go by themselves: copying them once more takes longer than another upload. */
const mostBytes = 2 ** 20;

export class Uploads {
  readonly #backend: GpuBackend;
  /** As large as the small pieces of any segment together; none where each has one at most. */
  readonly #stage: Stage | undefined;

  /** For segments with values for these buffers. */
  constructor(backend: GpuBackend, segments: readonly (readonly (GPUBuffer | undefined)[])[]) {
    this.#backend = backend;
    const sizes = segments.map((buffers) => {
      const small = buffers.filter((buffer) => buffer !== undefined).filter(isSmall);
      return small.length > 1 ? small.reduce((sum, { size }) => sum + size, 0) : 0;
    });
    const bytes = Math.max(0, ...sizes);
    if (bytes === 0) return;
    const { COPY_SRC, COPY_DST } = GPUBufferUsage;
    this.#stage = { buffer: backend.pool.acquireBuffer(bytes, COPY_SRC | COPY_DST), values: new ArrayBuffer(bytes) };
  }

  get bytes(): number {
    return this.#stage?.buffer.size ?? 0;
  }

  /** Before the next command, and all that were encoded before are submitted. */
  send(pieces: readonly Piece[]): void {
    const together = this.#stage ? pieces.filter(({ buffer }) => isSmall(buffer)) : [];
    const apart = together.length > 1 ? pieces.filter(({ buffer }) => !isSmall(buffer)) : pieces;
    for (const { buffer, values, dtype } of apart) this.#backend.writeTo(buffer, values, dtype);
    if (this.#stage && together.length > 1) this.#sendTogether(this.#stage, together);
  }

  dispose(): void {
    if (this.#stage) this.#backend.pool.releaseBuffer(this.#stage.buffer);
  }

  #sendTogether(stage: Stage, pieces: readonly Piece[]): void {
    let end = 0;
    for (const { buffer, values, dtype } of pieces) {
      const type = dtype === 'float32' ? Float32Array : Int32Array;
      new type(stage.values, end, values.length).set(values);
      end += buffer.size;
    }
    this.#backend.writeTo(stage.buffer, new Int32Array(stage.values, 0, end / 4), 'int32');
    let begin = 0;
    for (const { buffer } of pieces) {
      this.#backend.copy(stage.buffer, buffer, begin);
      begin += buffer.size;
    }
  }
}

function isSmall({ size }: GPUBuffer): boolean {
  return size <= mostBytes;
}
