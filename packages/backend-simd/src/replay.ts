// A recorded step as a program: its commands with their places in memory, run segment by segment in one call each.
import type { HostArray, Readable, Replay } from '@hornbook/ops';
import { engine, type Tensor, type TypedArray, util } from '@tensorflow/tfjs-core';
import type { Machine } from './capture.ts';
import { commandBytes } from './commands/encode.ts';
import type { Block } from './memory.ts';
import { type Place, type Program, writeProgram } from './program.ts';
import type { Recording, Region, Result } from './region.ts';
import { bytesOf, type Numbers, view } from './values.ts';

/** A piece that the program uses and does not own, such as a variable's. */
type Watched = { readonly block: Block; readonly epoch: number };

export class RecordedStep implements Replay {
  readonly cuts: number;
  readonly workingBytes: number;

  readonly #machine: Machine;
  readonly #recording: Recording;
  readonly #program: Program;
  readonly #watched: readonly Watched[];
  readonly #threads: number;
  #block: Block | undefined;
  /** Of the intermediate results, during a run; and where they were the last time. */
  #working: Block | undefined;
  #base = 0;
  #next = 0;

  constructor(machine: Machine, recording: Recording) {
    const { backend, memory } = machine;
    this.#machine = machine;
    this.#recording = recording;
    this.#threads = backend.threads;
    this.#program = writeProgram(recording);
    this.cuts = recording.segments.length - 1;
    this.workingBytes = this.#program.workingBytes;
    const homes = recording.segments.flatMap(({ assigned }) => assigned.map(({ home }) => home));
    this.#watched = [...new Set([...recording.found.values(), ...homes])].map((block) => ({
      block,
      epoch: block.epoch,
    }));
    this.#block = memory.allocate(this.#program.words.length * 4);
    this.#link();
  }

  get stale(): boolean {
    if (this.#machine.backend.threads > this.#threads) return true; // scratch memory is there for as many as recorded
    // A variable that shares its memory, as with a clone made since, must not be written to.
    const { changed } = this.#recording;
    if (changed.some(({ dataId }) => this.#machine.backend.refCount(dataId) > 1)) return true;
    return this.#watched.some(({ block, epoch }) => block.free || block.epoch !== epoch);
  }

  get bytes(): number {
    return (this.#block?.size ?? 0) + (this.#working?.size ?? 0);
  }

  start(inputs: readonly (HostArray | Tensor)[]): void {
    const { memory, backend } = this.#machine;
    this.#releaseWorking(); // of a run that was broken off
    const working = memory.allocate(Math.max(1, this.workingBytes));
    this.#working = working;
    if (working.pointer !== this.#base) this.#move(working.pointer);
    for (const [i, { region, shape, dtype }] of this.#recording.inputs.entries()) {
      const input = inputs[i];
      const to = this.#address(region);
      const size = util.sizeFromShape(shape);
      if (typeof input.data !== 'function') view(memory, to, dtype, size).set(input.data);
      else copy(memory.bytes, backend.pointer(input as Tensor), to, size * bytesOf(dtype));
    }
    this.#next = 0;
  }

  segment(): readonly Readable[] {
    const { memory } = this.#machine;
    const { results } = this.#runNext();
    return results.map(({ region, shape, dtype }) => {
      const dataSync = () => view(memory, this.#address(region), dtype, util.sizeFromShape(shape)).slice();
      return { dataSync, data: async () => dataSync() };
    });
  }

  end(): readonly Tensor[] {
    const { results } = this.#runNext();
    const tensors = results.map((result) => this.#take(result));
    this.#releaseWorking();
    return tensors;
  }

  dispose(): void {
    this.#releaseWorking();
    if (this.#block) this.#machine.memory.release(this.#block);
    this.#block = undefined;
  }

  #runNext() {
    const { team, memory } = this.#machine;
    const index = this.#next++;
    const segment = this.#recording.segments[index];
    const { first, work, fills } = this.#program.segments[index];
    for (const region of fills) this.#fill(region);
    const list = (this.#block as Block).pointer + first * commandBytes;
    if (segment.end > first) team.run(list, segment.end - first, work);
    for (const { from, home } of segment.assigned) copy(memory.bytes, this.#address(from), home.pointer, home.size);
    return segment;
  }

  #fill(region: Region): void {
    const { values, fill } = region.contents as NonNullable<Region['contents']>;
    const fresh = fill ? fill() : values;
    if (fresh.length !== values.length) {
      throw new RangeError(`Expected ${values.length} values from a hostInput, got ${fresh.length}`);
    }
    if (this.#program.places.has(region))
      place(this.#machine.memory.bytes.buffer, this.#address(region), values).set(fresh);
  }

  /** A new tensor with a result's values. */
  #take({ region, shape, dtype }: Result): Tensor {
    const { backend, memory } = this.#machine;
    const info = backend.output(shape, dtype);
    const to = backend.pointer(info); // may have grown memory: the views are fetched after it
    copy(memory.bytes, this.#address(region), to, util.sizeFromShape(shape) * bytesOf(dtype));
    return engine().makeTensorFromTensorInfo(info, backend);
  }

  #address(region: Region): number {
    const { in: where, at } = this.#program.places.get(region) as Place;
    if (where === 'found') return (this.#recording.found.get(region) as Block).pointer;
    return at + (where === 'program' ? (this.#block as Block).pointer : this.#base);
  }

  /** Puts the program where it stays. Intermediate results get their places when a run begins. */
  #link(): void {
    const { words } = this.#machine.memory;
    const { pointer } = this.#block as Block;
    words.set(this.#program.words, pointer / 4);
    for (const [at, target] of this.#program.own) words[pointer / 4 + at] = target + pointer;
    this.#base = -1;
  }

  #move(base: number): void {
    const { words } = this.#machine.memory;
    const start = (this.#block as Block).pointer / 4;
    const { moving } = this.#program;
    for (let i = 0; i < moving.length; i += 2) words[start + moving[i]] = moving[i + 1] + base;
    this.#base = base;
  }

  #releaseWorking(): void {
    if (this.#working) this.#machine.memory.release(this.#working);
    this.#working = undefined;
  }
}

function copy(bytes: Uint8Array, from: number, to: number, length: number): void {
  bytes.copyWithin(to, from, from + length);
}

/** Memory seen in the type of an array, and as long as it. */
function place(buffer: ArrayBufferLike, at: number, like: TypedArray): Numbers {
  if (like instanceof Float32Array) return new Float32Array(buffer, at, like.length);
  if (like instanceof Int32Array) return new Int32Array(buffer, at, like.length);
  return new Uint8Array(buffer, at, like.length);
}
