// The backend: TensorFlow.js's own for the CPU, whose tensors lie in WebAssembly memory where our kernels reach them.
import type { Capture, Capturing } from '@hornbook/ops';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import {
  type backend_util,
  type DataType,
  type Tensor,
  type TensorInfo,
  type TypedArray,
  util,
} from '@tensorflow/tfjs-core';
import { Recorder } from './capture.ts';
import { type Command, command, partitioned } from './commands/encode.ts';
import type { CommandName } from './commands/index.ts';
import type { Block, Memory } from './memory.ts';
import type { Team } from './threads.ts';
import { bytesOf, isNumeric, type Numbers, view } from './values.ts';

type Values = backend_util.BackendValues;

/** A word, or the rows of a list. */
export type Argument = number | readonly number[];

/** Where the record of a command that runs at once lies. */
const record = 512;

/**
 * What a tensor's data id stands for. Numbers lie in WebAssembly memory (`block`), or in an array of their own until a
 * kernel of ours asks for them (`host`); strings and complex numbers are left to TensorFlow.js.
 */
class Entry {
  dtype: DataType;
  refCount: number;
  length: number;
  block: Block | undefined;
  host: Values | undefined;
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
    return this.block ? view(this.#memory, this.block.pointer, this.dtype, this.length) : this.host;
  }
}

export class SimdBackend extends MathBackendCPU implements Capturing {
  readonly #memory: Memory;
  readonly #team: Team;
  /** How many of TensorFlow.js's kernels are running, one in the other. */
  #delegating = 0;
  #recorder: Recorder | undefined;

  constructor(memory: Memory, team: Team) {
    super();
    this.#memory = memory;
    this.#team = team;
  }

  /** At most so many threads run a kernel. */
  get threads(): number {
    return this.#team.threads;
  }

  set threads(count: number) {
    this.#team.threads = count;
  }

  /** Where the tensor's values lie: float32 and int32 in 4 bytes, bool in 1. */
  pointer(tensor: TensorInfo): number {
    return this.block(tensor).pointer;
  }

  /** Whether the tensor lives on this engine. One that lives on another moves here when it is first used. */
  holds({ dataId }: TensorInfo): boolean {
    return this.data.has(dataId);
  }

  /** The piece of memory that a tensor's values have to themselves. */
  block({ dataId, dtype }: TensorInfo): Block {
    const entry = this.#entry(dataId);
    return entry.block ?? this.#upload(entry, dtype);
  }

  /** A tensor with whatever lies in its memory: for a kernel that writes every element. */
  output(shape: number[], dtype: DataType): TensorInfo {
    const length = util.sizeFromShape(shape);
    const entry = new Entry(this.#memory, dtype, length, 1);
    entry.block = this.#take(length * bytesOf(dtype));
    const dataId = {};
    this.data.set(dataId, entry as never);
    return { dataId, shape, dtype };
  }

  /** The same values as another tensor: counts a reference. */
  share({ dataId, dtype }: TensorInfo, shape: number[]): TensorInfo {
    this.incRef(dataId);
    return { dataId, shape, dtype };
  }

  /**
   * Runs a kernel of assembly/ on arguments in the order of its table: on all threads where `work`, about how many
   * floating-point operations it is, is worth it. A kernel that cannot be parted is given no `work`.
   */
  emit(name: CommandName, args: readonly Argument[], work = 0): void {
    const known = command(name);
    const taken = this.#write(known, args, work > 0 ? partitioned : 0);
    if (this.#recorder?.recording) this.#recorder.record(known, args.map(lengthOf), record, work);
    this.#team.run(record, 1, work);
    for (const block of taken) this.#giveBack(block);
  }

  /** Runs one of TensorFlow.js's kernels; what it writes stays in its own arrays until it is asked for. */
  delegate<T>(kernelName: string, run: () => T): T {
    this.#refuse(`Expected operations that simd has kernels for, got ${kernelName}`);
    this.#delegating++;
    try {
      return run();
    } finally {
      this.#delegating--;
    }
  }

  /** True while a step is recorded, in its segments. */
  get recording(): boolean {
    return this.#recorder?.recording ?? false;
  }

  startCapture(inputs: readonly Tensor[]): Capture | undefined {
    if (this.#recorder) return undefined;
    const machine = { backend: this, memory: this.#memory, team: this.#team };
    this.#recorder = new Recorder(machine, inputs, () => {
      this.#recorder = undefined;
    });
    return this.#recorder;
  }

  refill(dataId: object, fill: () => TypedArray): void {
    const { block } = this.#entry(dataId);
    if (block) this.#recorder?.refill(block, fill);
  }

  override write(values: Values, shape: number[], dtype: DataType): object {
    const dataId = {};
    this.move(dataId, values, shape, dtype, 1);
    return dataId;
  }

  override move(dataId: object, values: Values, shape: number[], dtype: DataType, refCount: number): void {
    const entry = new Entry(this.#memory, dtype, util.sizeFromShape(shape), refCount);
    entry.host = values;
    if (values && isNumeric(dtype)) {
      if (this.#delegating === 0) this.#uploadNew(entry, dtype);
      else if ((values as Numbers).buffer === this.#memory.bytes.buffer) entry.host = (values as Numbers).slice();
    }
    this.data.set(dataId, entry as never);
  }

  override readSync(dataId: object): Values {
    this.#refuse('Expected no read inside of the step, got one');
    const entry = this.#entry(dataId);
    if (entry.block) return (entry.values as Numbers).slice();
    return super.readSync(dataId);
  }

  override disposeData(dataId: object, force = false): boolean {
    const entry = this.data.has(dataId) ? this.#entry(dataId) : undefined;
    const gone = super.disposeData(dataId, force);
    if (gone && entry?.block) this.#giveBack(entry.block);
    return gone;
  }

  override dispose(): void {
    this.#team.end();
  }

  override memory() {
    const { used, peak, size } = this.#memory;
    return { unreliable: false, reasons: [], numBytesInWasm: used, peakBytesInWasm: peak, wasmMemorySize: size };
  }

  #entry(dataId: object): Entry {
    return this.data.get(dataId) as unknown as Entry;
  }

  #upload(entry: Entry, dtype: DataType): Block {
    if (!entry.host || !isNumeric(dtype)) throw new TypeError(`Expected a tensor of numbers, got one of ${dtype}`);
    const block = this.#memory.allocate(entry.length * bytesOf(dtype));
    view(this.#memory, block.pointer, dtype, entry.length).set(entry.host as unknown as Numbers);
    entry.block = block;
    entry.host = undefined;
    return block;
  }

  /** Values that JavaScript hands over just now. */
  #uploadNew(entry: Entry, dtype: DataType): void {
    const values = entry.host as unknown as Numbers;
    const block = this.#upload(entry, dtype);
    this.#recorder?.took(block);
    this.#recorder?.uploaded(block, values);
  }

  #take(numBytes: number): Block {
    const block = this.#memory.allocate(numBytes);
    this.#recorder?.took(block);
    return block;
  }

  #giveBack(block: Block): void {
    this.#recorder?.gaveBack(block);
    this.#memory.release(block);
  }

  #refuse(reason: string): void {
    if (this.recording && this.#delegating === 0) this.#recorder?.fail(reason);
  }

  /** Writes the record; returns the memory that lasts as long as the command. */
  #write({ number, kinds, rows, plain }: Command, args: readonly Argument[], flags: number): Block[] {
    const memory = this.#memory;
    const start = record / 4;
    const taken: Block[] = [];
    if (!plain) {
      const words = args.map((argument, i) => {
        if (kinds[i] !== 'scratch' && kinds[i] !== 'list') return argument as number;
        const block = this.#take(typeof argument === 'number' ? argument : argument.length * 4);
        taken.push(block);
        if (typeof argument !== 'number') writeWords(memory, block.pointer / 4, argument, rows[i] as Command['kinds']);
        return block.pointer;
      });
      writeWords(memory, start + 2, words, kinds);
    } else {
      for (let i = 0; i < args.length; i++) memory.words[start + 2 + i] = args[i] as number;
    }
    memory.words[start] = number;
    memory.words[start + 1] = flags;
    return taken;
  }
}

/** Words from a place on, whose kinds repeat. */
function writeWords({ words, floats }: Memory, at: number, values: readonly number[], kinds: Command['kinds']): void {
  for (let i = 0; i < values.length; i++) {
    if (kinds[i % kinds.length] === 'float') floats[at + i] = values[i];
    else words[at + i] = values[i];
  }
}

function lengthOf(argument: Argument): number {
  return typeof argument === 'number' ? 1 : argument.length;
}
