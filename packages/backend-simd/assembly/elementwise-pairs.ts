// Two tensors to one, element by element, with broadcasting: arithmetic on float32 and int32, and comparisons.
// The result is gone through in rows; along a row either side goes on (step 1) or stays (step 0).
import { pow } from './math-wide';
import { from } from './parts';

enum Pair {
  Add, Sub, Multiply, Divide, Minimum, Maximum, SquaredDifference, Power,
  AddInts, SubInts, MultiplyInts, MinimumInts, MaximumInts,
  Equal, NotEqual, Less, LessEqual, EqualInts, NotEqualInts, LessInts, LessEqualInts,
}

export function add(a: usize, thread: i32, threads: i32): void { rows(Pair.Add, a, thread, threads); }
export function sub(a: usize, thread: i32, threads: i32): void { rows(Pair.Sub, a, thread, threads); }
export function multiply(a: usize, thread: i32, threads: i32): void { rows(Pair.Multiply, a, thread, threads); }
export function divide(a: usize, thread: i32, threads: i32): void { rows(Pair.Divide, a, thread, threads); }
export function minimum(a: usize, thread: i32, threads: i32): void { rows(Pair.Minimum, a, thread, threads); }
export function maximum(a: usize, thread: i32, threads: i32): void { rows(Pair.Maximum, a, thread, threads); }
export function squaredDifference(a: usize, thread: i32, threads: i32): void {
  rows(Pair.SquaredDifference, a, thread, threads);
}
export function power(a: usize, thread: i32, threads: i32): void { rows(Pair.Power, a, thread, threads); }
export function addInts(a: usize, thread: i32, threads: i32): void { rows(Pair.AddInts, a, thread, threads); }
export function subInts(a: usize, thread: i32, threads: i32): void { rows(Pair.SubInts, a, thread, threads); }
export function multiplyInts(a: usize, thread: i32, threads: i32): void { rows(Pair.MultiplyInts, a, thread, threads); }
export function minimumInts(a: usize, thread: i32, threads: i32): void { rows(Pair.MinimumInts, a, thread, threads); }
export function maximumInts(a: usize, thread: i32, threads: i32): void { rows(Pair.MaximumInts, a, thread, threads); }
export function equal(a: usize, thread: i32, threads: i32): void { rows(Pair.Equal, a, thread, threads); }
export function notEqual(a: usize, thread: i32, threads: i32): void { rows(Pair.NotEqual, a, thread, threads); }
export function less(a: usize, thread: i32, threads: i32): void { rows(Pair.Less, a, thread, threads); }
export function lessEqual(a: usize, thread: i32, threads: i32): void { rows(Pair.LessEqual, a, thread, threads); }
export function equalInts(a: usize, thread: i32, threads: i32): void { rows(Pair.EqualInts, a, thread, threads); }
export function notEqualInts(a: usize, thread: i32, threads: i32): void { rows(Pair.NotEqualInts, a, thread, threads); }
export function lessInts(a: usize, thread: i32, threads: i32): void { rows(Pair.LessInts, a, thread, threads); }
export function lessEqualInts(a: usize, thread: i32, threads: i32): void {
  rows(Pair.LessEqualInts, a, thread, threads);
}

const outerAt: usize = 32;

/** x, y, z, size, length of a row, x's step, y's step, axes of rows, and for each of them: size, x's stride, y's stride. */
// @ts-expect-error: decorator
@inline
function rows(op: Pair, a: usize, thread: i32, threads: i32): void {
  const size = load<i32>(a, 12);
  const inner = load<i32>(a, 16);
  const end = from(size, thread + 1, threads);
  for (let at = from(size, thread, threads); at < end; ) {
    const row = <i32>(<u32>at / <u32>inner);
    const column = at - row * inner;
    const length = min<i32>(inner - column, end - at);
    const xStep = load<i32>(a, 20);
    const yStep = load<i32>(a, 24);
    const x = load<usize>(a) + (<usize>(rowOffset(a, row, 4) + column * xStep) << 2);
    const y = load<usize>(a, 4) + (<usize>(rowOffset(a, row, 8) + column * yStep) << 2);
    const z = load<usize>(a, 8) + (op < Pair.Equal ? <usize>at << 2 : <usize>at);
    oneRow(op, x, y, z, length, xStep, yStep);
    at += length;
  }
}

/** Where row number `row` begins: the strides of x stand at 4, those of y at 8. */
function rowOffset(a: usize, row: i32, which: usize): i32 {
  let offset = 0;
  for (let axis = a + outerAt + 12 * (load<usize>(a, 28) - 1); axis >= a + outerAt; axis -= 12) {
    const size = load<i32>(axis);
    const rest = <i32>(<u32>row / <u32>size);
    offset += (row - rest * size) * load<i32>(axis + which);
    row = rest;
  }
  return offset;
}

/** One row, or a piece of one. */
// @ts-expect-error: decorator
@inline
function oneRow(op: Pair, x: usize, y: usize, z: usize, length: i32, xStep: i32, yStep: i32): void {
  const bytes: usize = op < Pair.Equal ? 4 : 1;
  const vectors = z + bytes * (length & ~3);
  const end = z + bytes * length;
  if (xStep & yStep) {
    for (; z < vectors; z += 4 * bytes) {
      put(op, z, apply(op, v128.load(x), v128.load(y)));
      x += 16;
      y += 16;
    }
  } else if (xStep) {
    const same = v128.load32_splat(y);
    for (; z < vectors; z += 4 * bytes) {
      put(op, z, apply(op, v128.load(x), same));
      x += 16;
    }
  } else if (yStep) {
    const same = v128.load32_splat(x);
    for (; z < vectors; z += 4 * bytes) {
      put(op, z, apply(op, same, v128.load(y)));
      y += 16;
    }
  }
  for (; z < end; z += bytes) {
    const last = apply(op, v128.load32_splat(x), v128.load32_splat(y));
    if (op < Pair.Equal) v128.store32_lane(z, last, 0);
    else store<u8>(z, i32x4.extract_lane(last, 0) & 1);
    x += 4 * xStep;
    y += 4 * yStep;
  }
}

/** Four numbers, or of four masks the four bytes that are 1 where they are set. */
// @ts-expect-error: decorator
@inline
function put(op: Pair, z: usize, result: v128): void {
  if (op < Pair.Equal) {
    v128.store(z, result);
  } else {
    const bytes = v128.shuffle<u8>(result, result, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);
    v128.store32_lane(z, v128.and(bytes, i8x16.splat(1)), 0);
  }
}

// @ts-expect-error: decorator
@inline
function apply(op: Pair, x: v128, y: v128): v128 {
  switch (op) {
    case Pair.Add: return f32x4.add(x, y);
    case Pair.Sub: return f32x4.sub(x, y);
    case Pair.Multiply: return f32x4.mul(x, y);
    case Pair.Divide: return f32x4.div(x, y);
    case Pair.Minimum: return f32x4.min(x, y);
    case Pair.Maximum: return f32x4.max(x, y);
    case Pair.SquaredDifference: return f32x4.mul(f32x4.sub(x, y), f32x4.sub(x, y));
    case Pair.Power: return pow(x, y);
    case Pair.AddInts: return i32x4.add(x, y);
    case Pair.SubInts: return i32x4.sub(x, y);
    case Pair.MultiplyInts: return i32x4.mul(x, y);
    case Pair.MinimumInts: return i32x4.min_s(x, y);
    case Pair.MaximumInts: return i32x4.max_s(x, y);
    case Pair.Equal: return f32x4.eq(x, y);
    case Pair.NotEqual: return f32x4.ne(x, y);
    case Pair.Less: return f32x4.lt(x, y);
    case Pair.LessEqual: return f32x4.le(x, y);
    case Pair.EqualInts: return i32x4.eq(x, y);
    case Pair.NotEqualInts: return i32x4.ne(x, y);
    case Pair.LessInts: return i32x4.lt_s(x, y);
    default: return i32x4.le_s(x, y);
  }
}
