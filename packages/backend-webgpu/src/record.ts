// Records a step: the commands that the GPU is given, and what becomes of every buffer that they use.
import type { Capture, Replay } from '@hornbook/ops';
import {
  type DataId,
  type DataType,
  engine,
  type Tensor,
  type TypedArray,
  util,
  type Variable,
} from '@tensorflow/tfjs-core';
import type { GpuBackend } from './backend.ts';
import type { Loan } from './buffer-pool.ts';
import type { Binding } from './dispatch.ts';
import { type Command, listenTo } from './listen.ts';
import { RecordedStep } from './replay.ts';

/** What a segment handed out, or an input. One without elements has no buffer. */
export type Result = {
  readonly dataId: DataId;
  readonly buffer: GPUBuffer | undefined;
  readonly shape: number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
};

/** Values from JavaScript that a segment begins with. Those without a buffer are used by no command. */
export type Fill = {
  buffer?: GPUBuffer;
  readonly values: TypedArray;
  readonly dtype: DataType;
  readonly fill: () => TypedArray;
};

export type Segment = {
  readonly commands: readonly Command[];
  readonly fills: readonly Fill[];
  readonly results: readonly Result[];
  /** Variables with another value at the segment's end: it is copied to where they were, and stay. */
  readonly assigned: readonly { readonly from: GPUBuffer; readonly home: GPUBuffer }[];
};

/** What a recording has found out, for replay.ts. */
export type Recording = {
  readonly segments: readonly Segment[];
  readonly inputs: readonly Result[];
  readonly loan: Loan;
  /** Buffers from outside that commands use. */
  readonly found: readonly GPUBuffer[];
  /** Tensors from outside that the step writes to. */
  readonly changed: readonly DataId[];
};

/** A variable's buffers: before the step, and as it was last seen. */
type Known = { readonly old: GPUBuffer; now: GPUBuffer };

type Constant = Fill & { readonly segment: number; written: boolean };

export class Recorder implements Capture {
  /** True inside a segment. */
  recording = false;

  readonly #backend: GpuBackend;
  readonly #loan: Loan;
  readonly #onEnd: () => void;
  readonly #inputs: readonly Result[];
  readonly #variables = new Map<Variable, Known>();
  /** Data that was made in the step's segments. */
  readonly #made = new Set<DataId>();
  readonly #constants: Constant[] = [];
  readonly #refills = new Map<DataId, Fill>();
  readonly #found = new Set<GPUBuffer>();
  readonly #changed = new Set<DataId>();
  readonly #segments: (Segment & { readonly fills: Fill[] })[] = [];
  #commands: Command[] = [];
  #fills: Fill[] = [];
  #reason: string | undefined;

  /** `onEnd` is called when the recording ends, however it does. */
  constructor(backend: GpuBackend, inputs: readonly Tensor[], onEnd: () => void) {
    this.#backend = backend;
    this.#onEnd = onEnd;
    this.#loan = backend.pool.lend();
    this.#inputs = this.#resultsOf(inputs);
    if (new Set(this.#inputs.map(({ dataId }) => dataId)).size < inputs.length) {
      this.fail('Expected inputs in memory of their own, got two that share it');
    }
    for (const variable of Object.values(engine().registeredVariables)) {
      if (!isNumeric(variable.dtype) || variable.size === 0 || !backend.holds(variable)) continue;
      const buffer = backend.bufferOf(variable);
      this.#variables.set(variable, { old: buffer, now: buffer });
    }
  }

  segment<T extends readonly Tensor[]>(work: () => T): T {
    const backend = this.#backend;
    backend.flush();
    this.#commands = [];
    this.#fills = [];
    this.recording = true;
    this.#loan.open();
    try {
      const tensors = work();
      const [results, assigned] = [this.#resultsOf(tensors), this.#assignments()];
      this.#segments.push({ commands: this.#commands, fills: this.#fills, results, assigned });
      return tensors;
    } finally {
      backend.flush();
      this.recording = false;
      this.#loan.close();
    }
  }

  get constants(): readonly TypedArray[] {
    return this.#constants.map(({ values }) => values);
  }

  finish(): Replay | { readonly reason: string } {
    this.#refuseStrays();
    this.#refuseTwins();
    if (this.#reason === undefined) this.#takeHome();
    for (const buffer of this.#loan.found) {
      if (this.#found.has(buffer)) this.fail('Expected the step to free what it made, got a tensor from outside freed');
    }
    if (this.#reason !== undefined) {
      this.abandon();
      return { reason: this.#reason };
    }
    for (const constant of this.#constants) if (constant.written) this.#segments[constant.segment].fills.push(constant);
    const last = this.#segments.at(-1)?.results ?? [];
    for (const { dataId } of [...this.#inputs, ...last]) this.#keep(dataId);
    this.#backend.flush(); // an upload, which comes before all that waits, may be given a buffer that a copy still writes
    this.#loan.settle();
    this.#onEnd();
    const [found, changed] = [[...this.#found], [...this.#changed]];
    return new RecordedStep(this.#backend, {
      segments: this.#segments,
      inputs: this.#inputs,
      loan: this.#loan,
      found,
      changed,
    });
  }

  abandon(): void {
    this.#loan.end();
    this.#onEnd();
  }

  /** The step cannot be replayed; the first reason counts. */
  fail(reason: string): void {
    this.#reason ??= reason;
  }

  /** Data was made. */
  made(dataId: DataId): void {
    if (this.recording) this.#made.add(dataId);
  }

  /** JavaScript's values are on their way to a buffer. */
  uploaded(dataId: DataId, buffer: GPUBuffer, { values, dtype }: Pick<Fill, 'values' | 'dtype'>): void {
    if (!this.recording || !this.#made.has(dataId)) return;
    this.#loan.fix(buffer);
    const refill = this.#refills.get(dataId);
    if (refill) {
      refill.buffer = buffer;
      return;
    }
    const copy = values.slice();
    const segment = this.#segments.length;
    this.#constants.push({ buffer, values: copy, dtype, fill: () => copy, segment, written: false });
  }

  /** Numbers of 16 bits are given 32, where they are. */
  widens(dataId: DataId): void {
    if (!this.recording || this.#made.has(dataId)) return;
    this.fail('Expected the step to make its numbers of 16 bits itself, got some from outside');
  }

  refill(dataId: DataId, entry: Fill): void {
    this.#refills.set(dataId, entry);
    this.#fills.push(entry);
  }

  /** The next command uses a tensor. */
  uses(dataId: DataId, buffer: GPUBuffer, access: Binding['access']): void {
    const writes = access === 'write' || access === 'update';
    if (!this.#made.has(dataId)) {
      if (this.#inputs.some((input) => input.dataId === dataId)) {
        if (writes) this.fail('Expected the step to leave its inputs as they are, got one written to');
        return;
      }
      this.#found.add(buffer);
      if (writes) this.#changed.add(dataId);
    } else if (writes) {
      const constant = this.#constants.find((one) => one.buffer === buffer);
      if (constant) constant.written = true;
    }
  }

  /** The encoder that TensorFlow.js is given instead of its own. */
  listen(encoder: GPUCommandEncoder): GPUCommandEncoder {
    return listenTo(encoder, {
      command: (command) => {
        this.#commands.push(command);
        this.#backend.forgetOwners(); // commands keep their order: what is freed now can be reused by the next
      },
      other: () => this.fail('Expected nothing but computation in the step, got a copy between buffers'),
    });
  }

  #resultsOf(tensors: readonly Tensor[]): Result[] {
    return tensors.map((tensor) => {
      const { dataId, shape, dtype } = tensor;
      if (!isNumeric(dtype)) throw new TypeError(`Expected tensors of numbers, got one of ${dtype}`);
      const buffer = tensor.size > 0 ? this.#backend.bufferOf(tensor) : undefined;
      if (buffer && this.recording) this.uses(dataId, buffer, 'read');
      return { dataId, buffer, shape, dtype };
    });
  }

  /** The variables that have other memory than when they were last seen. */
  #assignments(): Segment['assigned'] {
    const assigned: { from: GPUBuffer; home: GPUBuffer }[] = [];
    for (const [variable, known] of this.#variables) {
      if (variable.isDisposed) {
        this.fail('Expected the step to keep its variables, got one disposed');
        this.#variables.delete(variable);
        continue;
      }
      const now = this.#backend.bufferOf(variable);
      if (now === known.now) continue;
      if (!this.#made.has(variable.dataId)) {
        this.fail('Expected variables to be assigned what the step computed, got another tensor');
      }
      if (this.#backend.pool.isUsed(known.old)) {
        this.fail('Expected a variable to have memory of its own, got it shared with another tensor');
      }
      known.now = now;
      assigned.push({ from: now, home: known.old });
    }
    return assigned;
  }

  /** What was made and not freed must be known to someone: else the step keeps a state that a replay would not renew. */
  #refuseStrays(): void {
    const known = new Set(this.#segments.at(-1)?.results.map(({ dataId }) => dataId));
    for (const variable of this.#variables.keys()) known.add(variable.dataId);
    for (const dataId of this.#made) {
      const entry = this.#backend.holds({ dataId }) ? this.#backend.tensorMap.get(dataId) : undefined;
      if (!entry || known.has(dataId) || !entry.resource || entry.shape.includes(0)) continue;
      if (this.#constants.some(({ buffer }) => buffer === entry.resource)) {
        this.#found.add(entry.resource as GPUBuffer);
      } else {
        this.fail('Expected the step to keep nothing but variables and what it returns, got another tensor kept');
      }
    }
  }

  /** Two variables that were assigned the same tensor have one memory for both. */
  #refuseTwins(): void {
    const all = [...this.#variables.keys()].map(({ dataId }) => dataId);
    if (new Set(all).size < all.length) this.fail('Expected variables with memory of their own, got two that share it');
  }

  /** Puts assigned variables back into the buffers that they had, which the commands name. */
  #takeHome(): void {
    for (const [variable, { old, now }] of this.#variables) {
      if (old === now) continue;
      this.#loan.restore(old);
      this.#backend.copy(now, old);
      this.#backend.moveTo(variable, old);
      this.#backend.pool.releaseBuffer(now);
      this.#found.add(old);
      this.#changed.add(variable.dataId);
    }
  }

  /** The step keeps the buffer that it recorded, and the tensor gets a copy. */
  #keep(dataId: DataId): void {
    const backend = this.#backend;
    const { resource } = backend.tensorMap.get(dataId);
    const buffer = resource as GPUBuffer | undefined;
    if (!buffer || this.#found.has(buffer)) return;
    const copy = backend.pool.acquireBuffer(buffer.size, buffer.usage);
    this.#loan.fix(buffer);
    backend.copy(buffer, copy);
    backend.moveTo({ dataId }, copy);
    backend.pool.releaseBuffer(buffer);
  }
}

export function isNumeric(dtype: string): dtype is Result['dtype'] {
  return dtype === 'float32' || dtype === 'int32' || dtype === 'bool';
}

export function sizeOf({ shape }: Result): number {
  return util.sizeFromShape(shape);
}
