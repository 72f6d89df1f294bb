// Rows of a table, with or without the rows of their positions, and the gradient of these; addRows makes the table's.
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

/** dPositions[t] = Σ dy[i] over the i at that time, in their order: each thread has columns of its own. */
export function sumPositions(a: usize, thread: i32, threads: i32): void {
  const dy = load<usize>(a);
  const dPositions = load<usize>(a, 4);
  const count = load<i32>(a, 8);
  const width = load<i32>(a, 12);
  const time = load<i32>(a, 16);
  const places = load<i32>(a, 20); // rows of dPositions
  const first = from(width, thread, threads);
  const end = from(width, thread + 1, threads);
  const size = <usize>(end - first) << 2;
  for (let t = 0; t < places; t++) memory.fill(dPositions + (<usize>(t * width + first) << 2), 0, size);
  for (let i = 0; i < count; i++) {
    const row = dy + (<usize>(i * width) << 2);
    const to = dPositions + (<usize>((i % time) * width) << 2);
    let c = first;
    for (; c + 4 <= end; c += 4) {
      v128.store(to + (c << 2), f32x4.add(v128.load(to + (c << 2)), v128.load(row + (c << 2))));
    }
    for (; c < end; c++) store<f32>(to + (c << 2), load<f32>(to + (c << 2)) + load<f32>(row + (c << 2)));
  }
}
