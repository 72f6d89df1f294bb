// How threads share a list: helpers wait for a job, take it if they come in time, meet at barriers, and wait again.
// The words that they share lie in the first page of memory; src/memory.ts keeps tensors out of it.
import { run } from './run';

const job: usize = 64; // the number of the job
const taken: usize = 128; // [number of the job << 8 | closed << 7 | helpers that have taken it]
const go: usize = 192; // [number of the job << 8 | threads]
const wanted: usize = 256; // helpers
const list: usize = 260;
const count: usize = 264;
const arrived: usize = 320;
const phase: usize = 384;
const ready: usize = 448; // helpers that have come to life
const failed: usize = 452; // set by JavaScript when a thread has stopped: see src/threads.ts

const closed: i32 = 128;
const spins: i32 = 50000;
const tick: i64 = 100_000_000; // ns between two looks at `failed` while asleep

/** Runs the list with up to `helpers` other threads: those that take the job before `patience` turns are over. */
export function start(commands: usize, length: i32, helpers: i32, patience: i32): i32 {
  if (!ASC_FEATURE_THREADS || helpers == 0) {
    run(commands, length, 0, 1);
    return 1;
  }
  const number = (atomic.load<i32>(job) + 1) & 0x7fffff;
  store<i32>(wanted, helpers);
  store<u32>(list, commands);
  store<i32>(count, length);
  atomic.store<i32>(taken, number << 8);
  atomic.store<i32>(job, number);
  atomic.notify(job, helpers);
  for (let i = 0; i < patience; i++) if ((atomic.load<i32>(taken) & 127) == helpers) break;
  const threads = (atomic.or<i32>(taken, closed) & 127) + 1;
  atomic.store<i32>(go, (number << 8) | threads);
  if (threads == 1) {
    run(commands, length, 0, 1);
    return 1;
  }
  atomic.notify(go, threads);
  run(commands, length, 0, threads);
  barrier(threads);
  return threads;
}

/** A helper's life: ends only with its worker, or by a trap. */
export function serve(): void {
  if (!ASC_FEATURE_THREADS) return;
  let last = atomic.load<i32>(job);
  atomic.add<i32>(ready, 1);
  while (true) {
    last = change(job, last);
    const thread = take(last);
    if (thread == 0) continue;
    let word = atomic.load<i32>(go);
    while (word >> 8 != last) word = change(go, word);
    const threads = word & 127;
    run(load<u32>(list), load<i32>(count), thread, threads);
    barrier(threads);
  }
}

/** The place among the threads of the job, or 0 if it runs without this helper. */
function take(number: i32): i32 {
  while (true) {
    const word = atomic.load<i32>(taken);
    if (word >> 8 != number || word & closed || (word & 127) >= load<i32>(wanted)) return 0;
    if (atomic.cmpxchg<i32>(taken, word, word + 1) == word) return (word & 127) + 1;
  }
}

/** All threads arrive before one of them goes on. */
export function barrier(threads: i32): void {
  if (!ASC_FEATURE_THREADS) return;
  const now = atomic.load<i32>(phase);
  if (atomic.add<i32>(arrived, 1) == threads - 1) {
    atomic.store<i32>(arrived, 0);
    atomic.store<i32>(phase, now + 1);
    atomic.notify(phase, threads);
  } else {
    change(phase, now);
  }
}

/** Waits until a word is another: awake at first, for the next job mostly comes at once, then asleep. */
function change(word: usize, old: i32): i32 {
  for (let i = 0; i < spins; i++) {
    const now = atomic.load<i32>(word);
    if (now != old) return now;
  }
  while (true) {
    const now = atomic.load<i32>(word);
    if (now != old) return now;
    if (atomic.load<i32>(failed)) unreachable();
    atomic.wait<i32>(word, old, tick);
  }
}
