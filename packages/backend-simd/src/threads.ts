// The threads of the engine: this one, and helpers that take part in a list when it is worth it and they come in time.
import type { Instance } from './variants.ts';

/** A worker that runs `helper` with this data; it must not keep the process alive. Returns what ends it. */
export type Spawn = (data: HelperData) => () => void;

export type HelperData = { readonly module: WebAssembly.Module; readonly memory: WebAssembly.Memory };

/** How threads can be had here. */
export type Threading = { readonly spawn: Spawn; readonly cores: number };

/** Places, in words, that assembly/threads.ts shares. */
const [arrived, phase, ready, failed] = [320 / 4, 384 / 4, 448 / 4, 452 / 4];

/** Below this many floating-point operations one thread is done before another has begun. */
export const worthSharing = 100_000;

/** Operations for each turn of waiting for helpers, so that one that does not come costs a small part of the work. */
const workPerTurn = 1000;

/** Turns, about a millisecond, in which a helper that sleeps wakes up even on a machine that is somewhat busy. */
const mostTurns = 1_000_000;

/** More than this gain little: kernels wait for memory then, and lists for the slowest of many. */
export const mostThreads = 8;

/** The body of a worker: a program of its own, as text, so that every bundler carries it. */
export const helper = `
function help({ module, memory }) {
  try {
    new WebAssembly.Instance(module, { env: { memory } }).exports.serve();
  } catch {
    const words = new Int32Array(memory.buffer);
    Atomics.store(words, ${failed}, 1);
    Atomics.notify(words, ${phase});
  }
}`;

export class Team {
  readonly #instance: Instance;
  readonly #threading: Threading | undefined;
  readonly #ends: (() => void)[] = [];
  #threads: number;

  /** Without a way to have threads, a team of one. Helpers are only started when the first list wants them. */
  constructor(instance: Instance, threading?: Threading) {
    this.#instance = instance;
    this.#threading = threading;
    this.#threads = threading ? Math.min(mostThreads, threading.cores) : 1;
  }

  /** At most. */
  get threads(): number {
    return this.#threads;
  }

  /** @throws RangeError for a number that is not whole and positive */
  set threads(count: number) {
    if (!Number.isInteger(count) || count < 1 || count > 100) {
      throw new RangeError(`Expected a number of threads from 1 to 100, got ${count}`);
    }
    this.#threads = this.#threading ? count : 1;
  }

  /** Runs a list of so many commands to its end. Which threads run it changes no bit of what it computes. */
  run(list: number, count: number, work: number): void {
    const { kernels } = this.#instance;
    if (this.#threads === 1 || work < worthSharing) {
      kernels.start(list, count, 0, 0);
      return;
    }
    try {
      kernels.start(list, count, this.#helpers(), Math.min(mostTurns, work / workPerTurn));
    } catch (error) {
      this.#disband();
      const reason = `A thread of the CPU engine has stopped in the middle of its work (${(error as Error).message})`;
      throw new Error(`${reason}: what was computed last is lost, and the engine goes on with one thread`, {
        cause: error,
      });
    }
  }

  /** Ends the helpers. A list that wants some starts others. */
  end(): void {
    for (const end of this.#ends.splice(0)) end();
    Atomics.store(this.#instance.memory.words, ready, 0);
  }

  /** How many there are, of those that are wanted. Those just started come to life later. */
  #helpers(): number {
    const wanted = this.#threads - 1;
    const { module, memory } = this.#instance;
    if (this.#ends.length === 0) {
      for (const word of [arrived, failed]) Atomics.store(memory.words, word, 0); // what others may have left behind
    }
    while (this.#ends.length < wanted)
      this.#ends.push((this.#threading as Threading).spawn({ module, memory: memory.wasm }));
    return Math.min(wanted, Atomics.load(memory.words, ready));
  }

  #disband(): void {
    Atomics.store(this.#instance.memory.words, failed, 1); // helpers that wait for this thread end by themselves
    this.end();
    this.#threads = 1;
  }
}
