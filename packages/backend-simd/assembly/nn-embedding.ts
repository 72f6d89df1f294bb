// Rows of a table, with or without the rows of their positions, and the gradient of both.
import { from, fromRow } from './parts';

/** y[i] = table[ids[i]] + positions[i modulo time]. An id that the table does not have gives a row of NaN. */
export function embedRows(a: usize, thread: i32, threads: i32): void {
  const table = load<usize>(a);
  const ids = load<usize>(a, 4);
  const positions = load<usize>(a, 8); // 0: none
  const y = load<usize>(a, 12);
  const count = load<i32>(a, 16);
  const width = load<i32>(a, 20);
  const vocabSize = load<i32>(a, 24);
  const time = load<i32>(a, 28);
  const whole = width & ~3;
  const end = fromRow(count, thread + 1, threads);
  for (let i = fromRow(count, thread, threads); i < end; i++) {
    const id = load<i32>(ids + (i << 2));
    const to = y + (<usize>(i * width) << 2);
    if (<u32>id >= <u32>vocabSize) {
      for (let c = 0; c < width; c++) store<f32>(to + (c << 2), NaN);
      continue;
    }
    const row = table + (<usize>(id * width) << 2);
    if (!positions) {
      memory.copy(to, row, <usize>width << 2);
      continue;
    }
    const position = positions + (<usize>((i % time) * width) << 2);
    for (let c = 0; c < whole; c += 4) {
      v128.store(to + (c << 2), f32x4.add(v128.load(row + (c << 2)), v128.load(position + (c << 2))));
    }
    for (let c = whole; c < width; c++) {
      store<f32>(to + (c << 2), load<f32>(row + (c << 2)) + load<f32>(position + (c << 2)));
    }
  }
}

/**
 * dTable[id] = Σ dy[i] over the i with that id, and dPositions[t] = Σ dy[i] over the i at that time, both in the order
 * of i: each thread has columns of its own.
 */
export function embedRowsGradient(a: usize, thread: i32, threads: i32): void {
  const dy = load<usize>(a);
  const ids = load<usize>(a, 4);
  const dTable = load<usize>(a, 8);
  const dPositions = load<usize>(a, 12); // 0: none
  const count = load<i32>(a, 16);
  const width = load<i32>(a, 20);
  const vocabSize = load<i32>(a, 24);
  const time = load<i32>(a, 28);
  const places = load<i32>(a, 32); // rows of the table of positions
  const first = from(width, thread, threads);
  const end = from(width, thread + 1, threads);
  if (first == end) return;
  clearColumns(dTable, vocabSize, width, first, end);
  if (dPositions) clearColumns(dPositions, places, width, first, end);
  for (let i = 0; i < count; i++) {
    const id = load<i32>(ids + (i << 2));
    const row = dy + (<usize>(i * width) << 2);
    if (<u32>id < <u32>vocabSize) addColumns(row, dTable + (<usize>(id * width) << 2), first, end);
    if (dPositions) addColumns(row, dPositions + (<usize>((i % time) * width) << 2), first, end);
  }
}

// @ts-expect-error: decorator
@inline
function clearColumns(table: usize, rows: i32, width: i32, first: i32, end: i32): void {
  if (end - first == width) {
    memory.fill(table, 0, <usize>(rows * width) << 2);
    return;
  }
  const size = <usize>(end - first) << 2;
  for (let r = 0; r < rows; r++) memory.fill(table + (<usize>(r * width + first) << 2), 0, size);
}

// @ts-expect-error: decorator
@inline
function addColumns(row: usize, to: usize, first: i32, end: i32): void {
  let c = first;
  for (; c + 4 <= end; c += 4) {
    v128.store(to + (c << 2), f32x4.add(v128.load(to + (c << 2)), v128.load(row + (c << 2))));
  }
  for (; c < end; c++) store<f32>(to + (c << 2), load<f32>(to + (c << 2)) + load<f32>(row + (c << 2)));
}
