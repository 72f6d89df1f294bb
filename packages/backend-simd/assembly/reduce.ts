// Sums, largest and smallest along an axis of [outer, length, inner], and softmax. Sums are taken in float32 over short
// blocks and in float64 over these; nothing depends on how many threads there are.
import { expBounded } from './math';
import { lanes, storeLanes, sumLanes } from './nn-rows';
import { fromRow } from './parts';

const BLOCK: i32 = 256; // numbers of a row that are added in float32, in 16 places
const BLOCK_ROWS: i32 = 32; // rows that are

/** x, y, rows, width, numbers in all (the last row may be shorter), divisor: y[r] = Σ x[r] / divisor. */
export function sumRows(a: usize, thread: i32, threads: i32): void {
  const rows = load<i32>(a, 8);
  const width = load<i32>(a, 12);
  const size = load<i32>(a, 16);
  const divisor = <f64>load<i32>(a, 20);
  const end = fromRow(rows, thread + 1, threads);
  for (let r = fromRow(rows, thread, threads); r < end; r++) {
    const x = load<usize>(a) + (<usize>(r * width) << 2);
    store<f32>(load<usize>(a, 4) + (r << 2), <f32>(sumOf(x, min<i32>(width, size - r * width)) / divisor));
  }
}

function sumOf(x: usize, n: i32): f64 {
  let total: f64 = 0;
  while (n >= 16) {
    const block = min<i32>(n & ~15, BLOCK);
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    for (const end = x + (<usize>block << 2); x < end; x += 64) {
      a = f32x4.add(a, v128.load(x));
      b = f32x4.add(b, v128.load(x, 16));
      c = f32x4.add(c, v128.load(x, 32));
      d = f32x4.add(d, v128.load(x, 48));
    }
    total += <f64>sumLanes(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
    n -= block;
  }
  for (; n >= 4; n -= 4) {
    total += <f64>sumLanes(v128.load(x));
    x += 16;
  }
  return n > 0 ? total + <f64>sumLanes(v128.and(v128.load(x), lanes(n))) : total;
}

/** x, y, outer, length, inner, divisor: y[o, i] = Σ x[o, ., i] / divisor. */
export function sumColumns(a: usize, thread: i32, threads: i32): void {
  const length = load<i32>(a, 12);
  const inner = load<i32>(a, 16);
  const divisor = f64x2.splat(<f64>load<i32>(a, 20));
  const tiles = (inner + 7) >> 3;
  const end = fromRow(load<i32>(a, 8) * tiles, thread + 1, threads);
  const step = <usize>inner << 2;
  for (let tile = fromRow(load<i32>(a, 8) * tiles, thread, threads); tile < end; tile++) {
    const outer = tile / tiles;
    const column = (tile - outer * tiles) << 3;
    const x = load<usize>(a) + (<usize>(outer * length * inner + column) << 2);
    const y = load<usize>(a, 4) + (<usize>(outer * inner + column) << 2);
    const width = min<i32>(8, inner - column);
    if (width > 4) sumTile(x, step, length, y, 8, width, divisor);
    else sumTile(x, step, length, y, 4, width, divisor);
  }
}

/** The sums of four or eight columns, of which `width` are wanted. */
// @ts-expect-error: decorator
@inline
function sumTile(x: usize, step: usize, length: i32, y: usize, columns: i32, width: i32, divisor: v128): void {
  let a = f64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  for (let row = 0; row < length; ) {
    let low = f32x4.splat(0);
    let high = low;
    for (const end = min<i32>(row + BLOCK_ROWS, length); row < end; row++) {
      low = f32x4.add(low, v128.load(x));
      if (columns == 8) high = f32x4.add(high, v128.load(x, 16));
      x += step;
    }
    a = f64x2.add(a, f64x2.promote_low_f32x4(low));
    b = f64x2.add(b, upperHalf(low));
    if (columns == 8) c = f64x2.add(c, f64x2.promote_low_f32x4(high));
    if (columns == 8) d = f64x2.add(d, upperHalf(high));
  }
  storeSums(y, a, b, divisor, min<i32>(width, 4));
  if (columns == 8) storeSums(y + 16, c, d, divisor, width - 4);
}

// @ts-expect-error: decorator
@inline
function upperHalf(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 1));
}

// @ts-expect-error: decorator
@inline
function storeSums(y: usize, low: v128, high: v128, divisor: v128, width: i32): void {
  const first = f32x4.demote_f64x2_zero(f64x2.div(low, divisor));
  const sums = v128.shuffle<i64>(first, f32x4.demote_f64x2_zero(f64x2.div(high, divisor)), 0, 2);
  if (width == 4) v128.store(y, sums);
  else storeLanes(y, sums, width);
}

enum Best { Max, Min, MaxInts, MinInts }

export function maxRows(a: usize, thread: i32, threads: i32): void { bestOfRows(Best.Max, a, thread, threads); }
export function minRows(a: usize, thread: i32, threads: i32): void { bestOfRows(Best.Min, a, thread, threads); }
export function maxRowsOfInts(a: usize, thread: i32, threads: i32): void {
  bestOfRows(Best.MaxInts, a, thread, threads);
}
export function minRowsOfInts(a: usize, thread: i32, threads: i32): void {
  bestOfRows(Best.MinInts, a, thread, threads);
}
export function maxColumns(a: usize, thread: i32, threads: i32): void { bestOfColumns(Best.Max, a, thread, threads); }
export function minColumns(a: usize, thread: i32, threads: i32): void { bestOfColumns(Best.Min, a, thread, threads); }
export function maxColumnsOfInts(a: usize, thread: i32, threads: i32): void {
  bestOfColumns(Best.MaxInts, a, thread, threads);
}
export function minColumnsOfInts(a: usize, thread: i32, threads: i32): void {
  bestOfColumns(Best.MinInts, a, thread, threads);
}

// @ts-expect-error: decorator
@inline
function better(op: Best, x: v128, y: v128): v128 {
  if (op == Best.Max) return f32x4.max(x, y);
  if (op == Best.Min) return f32x4.min(x, y);
  return op == Best.MaxInts ? i32x4.max_s(x, y) : i32x4.min_s(x, y);
}

/** x, y, rows, width, numbers in all (the last row may be shorter). */
// @ts-expect-error: decorator
@inline
function bestOfRows(op: Best, a: usize, thread: i32, threads: i32): void {
  const rows = load<i32>(a, 8);
  const width = load<i32>(a, 12);
  const size = load<i32>(a, 16);
  const end = fromRow(rows, thread + 1, threads);
  for (let r = fromRow(rows, thread, threads); r < end; r++) {
    const x = load<usize>(a) + (<usize>(r * width) << 2);
    v128.store32_lane(load<usize>(a, 4) + (r << 2), bestOf(op, x, min<i32>(width, size - r * width)), 0);
  }
}

/** The best of n numbers, n > 0, in all four places. Four chains, because each step of one waits for the last. */
// @ts-expect-error: decorator
@inline
function bestOf(op: Best, x: usize, n: i32): v128 {
  const end = x + (<usize>n << 2);
  let a = v128.load32_splat(x);
  let b = a;
  let c = a;
  let d = a;
  for (; x + 64 <= end; x += 64) {
    a = better(op, a, v128.load(x));
    b = better(op, b, v128.load(x, 16));
    c = better(op, c, v128.load(x, 32));
    d = better(op, d, v128.load(x, 48));
  }
  a = better(op, better(op, a, b), better(op, c, d));
  for (; x + 16 <= end; x += 16) a = better(op, a, v128.load(x));
  for (; x < end; x += 4) a = better(op, a, v128.load32_splat(x));
  a = better(op, a, v128.shuffle<i32>(a, a, 2, 3, 0, 1));
  return better(op, a, v128.shuffle<i32>(a, a, 1, 0, 3, 2));
}

/** x, y, outer, length, inner. */
// @ts-expect-error: decorator
@inline
function bestOfColumns(op: Best, a: usize, thread: i32, threads: i32): void {
  const length = load<i32>(a, 12);
  const inner = load<i32>(a, 16);
  const tiles = (inner + 3) >> 2;
  const end = fromRow(load<i32>(a, 8) * tiles, thread + 1, threads);
  for (let tile = fromRow(load<i32>(a, 8) * tiles, thread, threads); tile < end; tile++) {
    const outer = tile / tiles;
    const column = (tile - outer * tiles) << 2;
    let x = load<usize>(a) + (<usize>(outer * length * inner + column) << 2);
    let best = v128.load(x);
    for (let row = 1; row < length; row++) {
      x += <usize>inner << 2;
      best = better(op, best, v128.load(x));
    }
    const y = load<usize>(a, 4) + (<usize>(outer * inner + column) << 2);
    if (inner - column >= 4) v128.store(y, best);
    else storeLanes(y, best, inner - column);
  }
}

/** x, y, rows, width: e^x / Σ e^x along each row. */
export function softmax(a: usize, thread: i32, threads: i32): void {
  const rows = load<i32>(a, 8);
  const width = load<i32>(a, 12);
  const end = fromRow(rows, thread + 1, threads);
  const vectors = <usize>(width & ~3) << 2;
  const rest = width & 3;
  for (let r = fromRow(rows, thread, threads); r < end; r++) {
    const x = load<usize>(a) + (<usize>(r * width) << 2);
    const y = load<usize>(a, 4) + (<usize>(r * width) << 2);
    const largest = bestOf(Best.Max, x, width);
    let sum = f32x4.splat(0);
    for (let i: usize = 0; i < vectors; i += 16) {
      const power = expBounded(f32x4.sub(v128.load(x + i), largest));
      v128.store(y + i, power);
      sum = f32x4.add(sum, power);
    }
    let last = f32x4.splat(0);
    if (rest) last = v128.and(expBounded(f32x4.sub(v128.load(x + vectors), largest)), lanes(rest));
    const total = f32x4.splat(sumLanes(f32x4.add(sum, last)));
    for (let i: usize = 0; i < vectors; i += 16) v128.store(y + i, f32x4.div(v128.load(y + i), total));
    if (rest) storeLanes(y + vectors, f32x4.div(last, total), rest);
  }
}
