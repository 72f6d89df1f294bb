// What moves numbers and computes nothing: copies between any strides, transposes, rows picked and put by their ids.
import { from, fromRow } from './parts';

export function copyWords(a: usize, thread: i32, threads: i32): void { copy<u32>(a, thread, threads); }
export function copyBytes(a: usize, thread: i32, threads: i32): void { copy<u8>(a, thread, threads); }

const axesAt: usize = 12;

/** x, y, number of axes, and for each, the innermost last: size, x's stride, y's stride, which may be negative. */
// @ts-expect-error: decorator
@inline
function copy<T>(a: usize, thread: i32, threads: i32): void {
  const axes = load<i32>(a, 8);
  const inner = a + axesAt + 12 * <usize>(axes - 1);
  const middle = axes > 1 ? inner - 12 : inner;
  const width = load<i32>(inner);
  const height = axes > 1 ? load<i32>(middle) : 1;
  let rows = height;
  for (let axis = a + axesAt; axis < middle; axis += 12) rows *= load<i32>(axis);
  const xStep = load<i32>(middle, 4) * sizeof<T>();
  const yStep = load<i32>(middle, 8) * sizeof<T>();
  const end = fromRow(rows, thread + 1, threads);
  for (let row = fromRow(rows, thread, threads); row < end; ) {
    const plane = row / height;
    let x = load<usize>(a);
    let y = load<usize>(a, 4);
    let rest = plane;
    for (let axis = middle - 12; axis >= a + axesAt; axis -= 12) {
      const size = load<i32>(axis);
      const place = rest % size;
      x += place * load<i32>(axis, 4) * sizeof<T>();
      y += place * load<i32>(axis, 8) * sizeof<T>();
      rest /= size;
    }
    let i = row - plane * height;
    x += i * xStep;
    y += i * yStep;
    for (; i < height && row < end; i++) {
      copyRow<T>(x, load<i32>(inner, 4), y, load<i32>(inner, 8), width);
      x += xStep;
      y += yStep;
      row++;
    }
  }
}

// @ts-expect-error: decorator
@inline
function copyRow<T>(x: usize, xStride: i32, y: usize, yStride: i32, width: i32): void {
  if (xStride == 1 && yStride == 1) {
    const end = y + <usize>width * sizeof<T>();
    if (width >= 512) {
      memory.copy(y, x, end - y);
      return;
    }
    for (; y + 16 <= end; y += 16) {
      v128.store(y, v128.load(x));
      x += 16;
    }
    for (; y < end; y += sizeof<T>()) {
      store<T>(y, load<T>(x));
      x += sizeof<T>();
    }
  } else {
    for (let i = 0; i < width; i++) {
      store<T>(y, load<T>(x));
      x += xStride * sizeof<T>();
      y += yStride * sizeof<T>();
    }
  }
}

const TILE: i32 = 4;

/** x [count, rows, columns], y [count, columns, rows], count, rows, columns: in bands of four rows of y. */
export function transposeWords(a: usize, thread: i32, threads: i32): void {
  const rows = load<i32>(a, 12);
  const columns = load<i32>(a, 16);
  const bands = (columns + TILE - 1) / TILE;
  const xStep = <usize>columns << 2;
  const yStep = <usize>rows << 2;
  const end = fromRow(load<i32>(a, 8) * bands, thread + 1, threads);
  for (let band = fromRow(load<i32>(a, 8) * bands, thread, threads); band < end; band++) {
    const matrix = band / bands;
    const column = (band - matrix * bands) * TILE;
    const x = load<usize>(a) + (<usize>(matrix * rows * columns + column) << 2);
    const y = load<usize>(a, 4) + (<usize>(matrix * columns + column) * yStep);
    let row = 0;
    if (column + TILE <= columns) {
      for (; row + TILE <= rows; row += TILE) turn(x + <usize>row * xStep, xStep, y + (<usize>row << 2), yStep);
    }
    for (; row < rows; row++) {
      for (let i = 0; i < min<i32>(TILE, columns - column); i++) {
        store<u32>(y + <usize>i * yStep + (<usize>row << 2), load<u32>(x + <usize>row * xStep + (<usize>i << 2)));
      }
    }
  }
}

/** y [4, 4] = x [4, 4] transposed. */
// @ts-expect-error: decorator
@inline
function turn(x: usize, xStep: usize, y: usize, yStep: usize): void {
  const a = v128.load(x);
  const b = v128.load(x + xStep);
  const c = v128.load(x + 2 * xStep);
  const d = v128.load(x + 3 * xStep);
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const ab2 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd2 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(y, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(y + yStep, v128.shuffle<i64>(ab, cd, 1, 3));
  v128.store(y + 2 * yStep, v128.shuffle<i64>(ab2, cd2, 0, 2));
  v128.store(y + 3 * yStep, v128.shuffle<i64>(ab2, cd2, 1, 3));
}

/** x [outer, length, width], ids [count], y [outer, count, width]; NaN for an id that there is not. */
export function gatherRows(a: usize, thread: i32, threads: i32): void {
  const count = load<i32>(a, 16);
  const length = load<i32>(a, 20);
  const width = load<i32>(a, 24);
  const rows = load<i32>(a, 12) * count;
  const end = fromRow(rows, thread + 1, threads);
  let y = load<usize>(a, 8) + (<usize>(fromRow(rows, thread, threads) * width) << 2);
  for (let row = fromRow(rows, thread, threads); row < end; row++) {
    const outer = row / count;
    const id = load<i32>(load<usize>(a, 4) + (<usize>(row - outer * count) << 2));
    if (<u32>id < <u32>length) {
      copyRow<u32>(load<usize>(a) + (<usize>((outer * length + id) * width) << 2), 1, y, 1, width);
    } else {
      for (let i = 0; i < width; i++) store<f32>(y + (<usize>i << 2), NaN);
    }
    y += <usize>width << 2;
  }
}

/** Each row's places move up by `time`, as many of the last ones as are filled, and x's come behind them. */
export function slideIn(a: usize, thread: i32, threads: i32): void {
  const filled = load<usize>(a, 8);
  const rows = load<i32>(a, 12);
  const places = load<i32>(a, 16);
  const time = load<i32>(a, 20);
  const width = <usize>load<i32>(a, 24) << 2;
  const kept = <usize>min(places - time, filled ? load<i32>(filled) : places) * width;
  const fresh = <usize>time * width;
  const end = fromRow(rows, thread + 1, threads);
  for (let row = fromRow(rows, thread, threads); row < end; row++) {
    const after = load<usize>(a) + <usize>(row + 1) * <usize>places * width;
    memory.copy(after - fresh - kept, after - kept, kept);
    memory.copy(after - fresh, load<usize>(a, 4) + <usize>row * fresh, fresh);
  }
}

/** x [count, width], ids [count], y [rows, width], which grows by them: of equal ids in their order; others are left out. */
export function addRows(a: usize, thread: i32, threads: i32): void {
  const count = load<i32>(a, 12);
  const width = load<i32>(a, 16);
  const rows = load<i32>(a, 20);
  const start = from(width, thread, threads);
  const bytes = <usize>(from(width, thread + 1, threads) - start) << 2;
  const step = <usize>width << 2;
  const y = load<usize>(a, 8) + (<usize>start << 2);
  let x = load<usize>(a) + (<usize>start << 2);
  for (let i = 0; i < count; i++) {
    const id = load<i32>(load<usize>(a, 4) + (<usize>i << 2));
    if (<u32>id < <u32>rows) {
      const row = y + <usize>id * step;
      let j: usize = 0;
      for (; j + 16 <= bytes; j += 16) v128.store(row + j, f32x4.add(v128.load(row + j), v128.load(x + j)));
      for (; j < bytes; j += 4) store<f32>(row + j, load<f32>(row + j) + load<f32>(x + j));
    }
    x += step;
  }
}

export function oneHotInts(a: usize, thread: i32, threads: i32): void { oneHot(a, thread, threads); }

/** ids [count], y [count, depth], the numbers for on and off: floats or ints. */
export function oneHot(a: usize, thread: i32, threads: i32): void {
  const count = load<i32>(a, 8);
  const depth = load<i32>(a, 12);
  const off = load<u32>(a, 20);
  const end = fromRow(count, thread + 1, threads);
  for (let row = fromRow(count, thread, threads); row < end; row++) {
    const y = load<usize>(a, 4) + (<usize>(row * depth) << 2);
    for (let i = 0; i < depth; i++) store<u32>(y + (<usize>i << 2), off);
    const id = load<i32>(load<usize>(a) + (<usize>row << 2));
    if (<u32>id < <u32>depth) store<u32>(y + (<usize>id << 2), load<u32>(a, 16));
  }
}
