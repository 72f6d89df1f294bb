// Records a step: every command, and what becomes of every piece of memory that the commands use.
import type { Capture, Replay } from '@hornbook/ops';
import { engine, type Tensor, type TypedArray, type Variable } from '@tensorflow/tfjs-core';
import type { SimdBackend } from './backend.ts';
import { type Command, commandBytes, type Kind } from './commands/encode.ts';
import type { Block, Memory } from './memory.ts';
import {
  type Assignment,
  newRegion,
  type Recorded,
  type Region,
  type Result,
  type Segment,
  type Use,
} from './region.ts';
import { RecordedStep } from './replay.ts';
import type { Team } from './threads.ts';
import { isNumeric } from './values.ts';

/** The parts of a backend that recordings work with. */
export type Machine = { readonly backend: SimdBackend; readonly memory: Memory; readonly team: Team };

/** A variable's pieces: before the step, and as it was last seen. */
type Known = { readonly old: Region; now: Region };

export class Recorder implements Capture {
  /** True inside a segment. */
  recording = false;

  readonly #machine: Machine;
  readonly #onEnd: () => void;
  /** Of the pieces that are in use, and of those that were. */
  readonly #regions = new Map<Block, Region>();
  readonly #gone: Region[] = [];
  readonly #starts = new Map<number, Block>();
  readonly #commands: Recorded[] = [];
  readonly #segments: { end: number; results: Result[]; assigned: { from: Region; variable: Variable }[] }[] = [];
  readonly #inputs: Result[];
  readonly #contents: Region[] = [];
  readonly #variables = new Map<Variable, Known>();
  #reason: string | undefined;

  /** `onEnd` is called when the recording ends, however it does. */
  constructor(machine: Machine, inputs: readonly Tensor[], onEnd: () => void) {
    this.#machine = machine;
    this.#onEnd = onEnd;
    this.#inputs = this.#resultsOf(inputs);
    if (new Set(this.#inputs.map(({ region }) => region)).size < inputs.length) {
      this.fail('Expected inputs in memory of their own, got two that share it');
    }
    for (const variable of Object.values(engine().registeredVariables)) {
      if (!isNumeric(variable.dtype) || !machine.backend.holds(variable)) continue; // some live on another engine
      const region = this.#regionOf(machine.backend.block(variable));
      this.#variables.set(variable, { old: region, now: region });
    }
  }

  segment<T extends readonly Tensor[]>(work: () => T): T {
    const { backend } = this.#machine;
    backend.settle();
    this.recording = true;
    try {
      const tensors = work();
      backend.settle();
      const segment = { end: this.#commands.length, results: this.#resultsOf(tensors), assigned: this.#assignments() };
      this.#segments.push(segment);
      return tensors;
    } finally {
      this.recording = false;
    }
  }

  get constants(): readonly TypedArray[] {
    return this.#contents.flatMap(({ contents }) => (contents && !contents.fill ? [contents.values] : []));
  }

  finish(): Replay | { readonly reason: string } {
    try {
      const segments = this.#settle();
      const found = this.#found();
      this.#refuseStrays(segments);
      if (this.#reason !== undefined) return { reason: this.#reason };
      const recording = { commands: this.#commands, segments, inputs: this.#inputs, contents: this.#contents, found };
      return new RecordedStep(this.#machine, { ...recording, changed: this.#changed() });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return { reason: error.message }; // no memory for a second copy of the constants
    } finally {
      this.abandon();
    }
  }

  abandon(): void {
    this.#onEnd();
  }

  /** The step cannot be replayed; the first reason counts. */
  fail(reason: string): void {
    this.#reason ??= reason;
  }

  /** A piece of memory was taken. */
  took(block: Block): void {
    if (this.recording) this.#regions.set(block, newRegion(block, false));
  }

  /** Whether a piece was taken in a segment, and this is one: then its next run takes another. */
  made(block: Block): boolean {
    return this.recording && this.#regions.get(block)?.outside === false;
  }

  gaveBack(block: Block): void {
    const region = this.#regions.get(block);
    if (!region) return;
    region.released = true;
    this.#regions.delete(block);
    this.#gone.push(region);
  }

  /** JavaScript has written these values. */
  uploaded(block: Block, values: TypedArray): void {
    const region = this.#regions.get(block);
    if (!this.recording || !region) return;
    region.contents = { values: values.slice(), segment: this.#segments.length };
    this.#contents.push(region);
  }

  refill(block: Block, fill: () => TypedArray): void {
    const contents = this.#regions.get(block)?.contents;
    if (contents) contents.fill = fill;
  }

  /** A command whose record lies at an address, and whose lists of so many words lie where the record says. */
  record({ kinds, rows }: Command, lengths: readonly number[], at: number, work: number): void {
    const { words } = this.#machine.memory;
    const record = words.slice(at / 4, (at + commandBytes) / 4);
    const lists = rows.flatMap((row, i) => {
      if (!row) return [];
      const start = (record[2 + i] >>> 0) / 4;
      const list = words.slice(start, start + lengths[i]);
      return [{ at: 2 + i, words: list, uses: this.#usesIn(list, 0, lengths[i], row) }];
    });
    const uses = this.#usesIn(record, 2, kinds.length, kinds);
    this.#commands.push({ words: record, uses, lists, work });
  }

  #usesIn(words: Int32Array, from: number, count: number, kinds: readonly Kind[]): Use[] {
    const uses: Use[] = [];
    for (let i = 0; i < count; i++) {
      const kind = kinds[i % kinds.length];
      const address = words[from + i] >>> 0;
      if (kind === 'int' || kind === 'float' || kind === 'list' || address === 0) continue;
      const region = this.#regionOf(this.#holder(address));
      const writes = kind !== 'in';
      region.first = Math.min(region.first, this.#commands.length);
      region.last = this.#commands.length;
      region.written ||= writes;
      uses.push({ at: from + i, region, offset: address - region.block.pointer, writes, over: kind === 'over' });
    }
    return uses;
  }

  #holder(address: number): Block {
    const known = this.#starts.get(address);
    if (known && !known.free && known.pointer === address) return known;
    const block = this.#machine.memory.holder(address);
    if (!block) throw new Error(`Expected pointers to tensors, got one to unused memory (${address})`);
    this.#starts.set(block.pointer, block);
    return block;
  }

  #regionOf(block: Block): Region {
    const region = this.#regions.get(block) ?? newRegion(block, true);
    this.#regions.set(block, region);
    return region;
  }

  #resultsOf(tensors: readonly Tensor[]): Result[] {
    return tensors.map((tensor) => {
      if (!isNumeric(tensor.dtype)) throw new TypeError(`Expected tensors of numbers, got one of ${tensor.dtype}`);
      const region = this.#regionOf(this.#machine.backend.block(tensor));
      return { region, shape: tensor.shape, dtype: tensor.dtype };
    });
  }

  /** The variables that have other memory than when they were last seen. */
  #assignments(): { from: Region; variable: Variable }[] {
    const assigned: { from: Region; variable: Variable }[] = [];
    for (const [variable, known] of this.#variables) {
      if (variable.isDisposed) {
        this.fail('Expected the step to keep its variables, got one disposed');
        this.#variables.delete(variable);
        continue;
      }
      const now = this.#regionOf(this.#machine.backend.block(variable));
      if (now === known.now) continue;
      if (now.outside) this.fail('Expected variables to be assigned what the step computed, got another tensor');
      known.now = now;
      assigned.push({ from: now, variable });
    }
    return assigned;
  }

  /** Now that the variables have come to rest: where each assigned value belongs between steps. */
  #settle(): Segment[] {
    return this.#segments.map(({ end, results, assigned }) => {
      const homes = assigned.map(({ from, variable }): Assignment => {
        const { old, now } = this.#variables.get(variable) as Known;
        if (!old.released)
          this.fail('Expected a variable to have memory of its own, got it shared with another tensor');
        if (old.last >= end)
          this.fail('Expected a variable not to be read again after its assignment, got its old value');
        return { from, home: now.block };
      });
      return { end, results, assigned: homes };
    });
  }

  #changed(): Variable[] {
    const all = [...this.#variables];
    return all.filter(([, { old, now }]) => old !== now || old.written).map(([variable]) => variable);
  }

  #found(): Map<Region, Block> {
    const moved = new Map([...this.#variables.values()].map(({ old, now }) => [old, now.block]));
    const found = new Map<Region, Block>();
    for (const region of this.#everyRegion()) {
      if (!region.outside || this.#inputs.some((input) => input.region === region)) continue;
      const home = moved.get(region);
      if (region.released && !home)
        this.fail('Expected the step to free what it made, got a tensor from outside freed');
      else if (region.last >= 0 || !region.released) found.set(region, home ?? region.block);
    }
    return found;
  }

  /** What was made and not freed must be known to someone: else the step keeps a state that a replay would not renew. */
  #refuseStrays(segments: readonly Segment[]): void {
    const known = new Set(segments.at(-1)?.results.map(({ region }) => region));
    for (const { assigned } of segments) for (const { from } of assigned) known.add(from);
    for (const region of this.#everyRegion()) {
      if (region.outside || region.released || region.contents || known.has(region)) continue;
      this.fail('Expected the step to keep nothing but variables and what it returns, got another tensor kept');
    }
  }

  #everyRegion(): Region[] {
    return [...this.#gone, ...this.#regions.values()];
  }
}
