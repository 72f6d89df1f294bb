// The backend: TensorFlow.js's own for the CPU, whose tensors lie in WebAssembly memory where our kernels reach them.
import type { Capture, Capturing } from '@hornbook/ops';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { type DataType, type Tensor, type TensorInfo, type TypedArray, util } from '@tensorflow/tfjs-core';
import { Recorder } from './capture.ts';
import { type Command, command, partitioned } from './commands/encode.ts';
import type { CommandName } from './commands/index.ts';
import { Entry, type Values } from './entry.ts';
import { type LateSum, LateSums } from './late-sums.ts';
import type { Block, Memory } from './memory.ts';
import type { Team } from './threads.ts';
import { bytesOf, isNumeric, type Numbers, view } from './values.ts';

/** A word, or the rows of a list. */
export type Argument = number | readonly number[];

/** Where the record of a command that runs at once lies. */
const record = 512;

export class SimdBackend extends MathBackendCPU implements Capturing {
  readonly #memory: Memory;
  readonly #team: Team;
  /** How many of TensorFlow.js's kernels are running, one in the other. */
  #delegating = 0;
  #recorder: Recorder | undefined;
  readonly #lateSums = new LateSums();
  #makesSum = false;

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
    return entry.block ?? entry.make?.() ?? this.#upload(entry, dtype);
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

  /**
   * Zeros that `add` adds to, of float32, made when they are first asked for. What `add` reads is kept until then.
   *
   * @param add is given where it finds what it reads, and where the zeros lie
   */
  addLater(shape: number[], reads: readonly TensorInfo[], add: LateSum['add']): TensorInfo {
    return this.#sumLater(shape, { reads: reads.map((tensor) => this.block(tensor)), add });
  }

  /** The sum of such a tensor, as long as it is not made, and another; undefined for any other tensor. */
  addedTo(late: TensorInfo, other: TensorInfo): TensorInfo | undefined {
    const sum = this.#lateSums.get(this.#entry(late.dataId));
    if (!sum || sum.base || late.dataId === other.dataId) return undefined;
    return this.#sumLater(late.shape, { ...sum, base: this.block(other) });
  }

  /** Makes what was to be made when it is asked for. */
  settle(): void {
    for (const entry of this.#lateSums.entries()) entry.make?.();
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
    if (known.changes && !this.#makesSum) this.settle(); // they may be sums of what is about to change
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
    this.settle();
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
    if (entry.block || entry.make) return (entry.values as Numbers).slice();
    return super.readSync(dataId);
  }

  override disposeData(dataId: object, force = false): boolean {
    const entry = this.data.has(dataId) ? this.#entry(dataId) : undefined;
    const gone = super.disposeData(dataId, force);
    if (!gone || !entry) return gone;
    if (entry.block) this.#giveBack(entry.block);
    for (const block of this.#lateSums.delete(entry)) this.#giveBack(block);
    return true;
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

  #sumLater(shape: number[], sum: LateSum): TensorInfo {
    const entry = new Entry(this.#memory, 'float32', util.sizeFromShape(shape), 1);
    entry.make = () => this.#makeSum(entry, sum);
    this.#lateSums.set(entry, sum);
    const dataId = {};
    this.data.set(dataId, entry as never);
    return { dataId, shape, dtype: 'float32' };
  }

  /** In the memory of what it begins as, where nobody else has that any more and a replay would not find it changed. */
  #makeSum(entry: Entry, { reads, add, base }: LateSum): Block {
    const ours = base && this.#lateSums.hasAlone(base) && (!this.#recorder || this.#recorder.made(base));
    const block = ours ? base : this.#take(entry.length * 4);
    entry.block = block;
    entry.make = undefined;
    this.#makesSum = true;
    try {
      const { pointer } = block;
      if (!base) this.emit('fillFloats', [pointer, entry.length * 4, 0], entry.length);
      else if (!ours) this.emit('copyWords', [base.pointer, pointer, 1, entry.length, 1, 1], entry.length);
      const from = reads.map((read) => read.pointer);
      add(from, pointer);
    } finally {
      this.#makesSum = false;
      for (const piece of this.#lateSums.delete(entry)) if (piece !== block) this.#giveBack(piece);
    }
    return block;
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
    if (this.#lateSums.keeps(block)) return;
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
