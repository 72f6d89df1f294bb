// What a tensor's data id stands for on this engine.
import type { backend_util, DataType, TensorInfo } from '@tensorflow/tfjs-core';
import type { Block, Memory } from './memory.ts';
import { view } from './values.ts';

export type Values = backend_util.BackendValues;

/**
 * Numbers lie in WebAssembly memory (`block`), or in an array of their own until a kernel of ours asks for them (`host`),
 * or are yet to be computed (`make`); strings and complex numbers are left to TensorFlow.js.
 */
export class Entry {
  dtype: DataType;
  refCount: number;
  length: number;
  block: Block | undefined;
  host: Values | undefined;
  make: (() => Block) | undefined;
  complexTensorInfos?: { real: TensorInfo; imag: TensorInfo };
  readonly #memory: Memory;

  constructor(memory: Memory, dtype: DataType, length: number, refCount: number) {
    this.#memory = memory;
    this.dtype = dtype;
    this.length = length;
    this.refCount = refCount;
  }

  /** For TensorFlow.js's kernels: a view, right until memory grows. */
  get values(): Values | undefined {
    const block = this.block ?? this.make?.();
    return block ? view(this.#memory, block.pointer, this.dtype, this.length) : this.host;
  }
}
