// What goes along the lines of [outer, length, inner] number by number: places of the largest, products, running sums.
import { fromRow } from './parts';

/** Where line number `line` begins, in numbers: lines that differ in `inner` begin side by side. */
// @ts-expect-error: decorator
@inline
function startOf(line: i32, length: i32, inner: i32): usize {
  return <usize>(line + (line / inner) * inner * (length - 1));
}

enum Place { Largest, Smallest }

export function argMax(a: usize, thread: i32, threads: i32): void { place(Place.Largest, a, thread, threads); }
export function argMin(a: usize, thread: i32, threads: i32): void { place(Place.Smallest, a, thread, threads); }

/** x, y, outer, length, inner: the first place of the best number. NaN is never better, and never bettered. */
// @ts-expect-error: decorator
@inline
function place(op: Place, a: usize, thread: i32, threads: i32): void {
  const length = load<i32>(a, 12);
  const inner = load<i32>(a, 16);
  const lines = load<i32>(a, 8) * inner;
  const end = fromRow(lines, thread + 1, threads);
  for (let line = fromRow(lines, thread, threads); line < end; line++) {
    const x = load<usize>(a) + (startOf(line, length, inner) << 2);
    let best = load<f32>(x);
    let found = 0;
    let i = 0;
    if (inner == 1 && length >= 16) {
      let numbers = f32x4.splat(best);
      let places = i32x4.splat(0);
      for (let here = i32x4(0, 1, 2, 3); i < (length & ~3); i += 4) {
        const next = v128.load(x + (<usize>i << 2));
        const better = op == Place.Largest ? f32x4.gt(next, numbers) : f32x4.lt(next, numbers);
        numbers = v128.bitselect(next, numbers, better);
        places = v128.bitselect(here, places, better);
        here = i32x4.add(here, i32x4.splat(4));
      }
      for (let lane = 0; lane < 4; lane++) {
        const number = f32x4.extract_lane(numbers, 0);
        const at = i32x4.extract_lane(places, 0);
        if (isBetter(op, number, best) || (number == best && at < found)) {
          best = number;
          found = at;
        }
        numbers = v128.shuffle<i32>(numbers, numbers, 1, 2, 3, 0);
        places = v128.shuffle<i32>(places, places, 1, 2, 3, 0);
      }
    }
    for (; i < length; i++) {
      const number = load<f32>(x + (<usize>(i * inner) << 2));
      if (isBetter(op, number, best)) {
        best = number;
        found = i;
      }
    }
    store<i32>(load<usize>(a, 4) + (line << 2), found);
  }
}

// @ts-expect-error: decorator
@inline
function isBetter(op: Place, x: f32, best: f32): bool {
  return op == Place.Largest ? x > best : x < best;
}

export function product(a: usize, thread: i32, threads: i32): void { fold<f32, f64>(a, thread, threads); }
export function sumOfInts(a: usize, thread: i32, threads: i32): void { fold<i32, i32>(a, thread, threads); }

/** x, y, outer, length, inner: products of floats, worked out in float64, or sums of ints. */
// @ts-expect-error: decorator
@inline
function fold<T, Wide>(a: usize, thread: i32, threads: i32): void {
  const length = load<i32>(a, 12);
  const inner = load<i32>(a, 16);
  const lines = load<i32>(a, 8) * inner;
  const end = fromRow(lines, thread + 1, threads);
  for (let line = fromRow(lines, thread, threads); line < end; line++) {
    const x = load<usize>(a) + (startOf(line, length, inner) << 2);
    let result: Wide = isFloat<T>() ? 1 : 0;
    for (let i = 0; i < length; i++) {
      const number = <Wide>load<T>(x + (<usize>(i * inner) << 2));
      result = isFloat<T>() ? result * number : result + number;
    }
    store<T>(load<usize>(a, 4) + (line << 2), <T>result);
  }
}

export function anyBools(a: usize, thread: i32, threads: i32): void { findBool(true, a, thread, threads); }
export function allBools(a: usize, thread: i32, threads: i32): void { findBool(false, a, thread, threads); }

/** x, y, outer, length, inner: whether one is true, or none is false. */
// @ts-expect-error: decorator
@inline
function findBool(wanted: bool, a: usize, thread: i32, threads: i32): void {
  const length = load<i32>(a, 12);
  const inner = load<i32>(a, 16);
  const lines = load<i32>(a, 8) * inner;
  const end = fromRow(lines, thread + 1, threads);
  for (let line = fromRow(lines, thread, threads); line < end; line++) {
    const x = load<usize>(a) + startOf(line, length, inner);
    let i = 0;
    while (i < length && (load<u8>(x + <usize>(i * inner)) != 0) != wanted) i++;
    store<u8>(load<usize>(a, 4) + line, <u8>((i < length) == wanted));
  }
}

export function cumsum(a: usize, thread: i32, threads: i32): void { runningSum<f32>(a, thread, threads); }
export function cumsumOfInts(a: usize, thread: i32, threads: i32): void { runningSum<i32>(a, thread, threads); }

/** x, y, outer, length, inner, exclusive, reverse */
// @ts-expect-error: decorator
@inline
function runningSum<T>(a: usize, thread: i32, threads: i32): void {
  const length = load<i32>(a, 12);
  const inner = load<i32>(a, 16);
  const exclusive = load<i32>(a, 20) != 0;
  const reverse = load<i32>(a, 24) != 0;
  const lines = load<i32>(a, 8) * inner;
  const end = fromRow(lines, thread + 1, threads);
  const step = reverse ? -(inner << 2) : inner << 2;
  for (let line = fromRow(lines, thread, threads); line < end; line++) {
    let offset = startOf(line, length, inner) << 2;
    if (reverse) offset += <usize>((length - 1) * inner) << 2;
    let sum: T = 0;
    for (let i = 0; i < length; i++) {
      const before = sum;
      sum += load<T>(load<usize>(a) + offset);
      store<T>(load<usize>(a, 4) + offset, exclusive ? before : sum);
      offset += step;
    }
  }
}
