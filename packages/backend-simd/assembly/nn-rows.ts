// What kernels that go row by row share: the last, broken vector of a row, sums of lanes, and sums of parts.
import { from } from './parts';

/** All bits of the first n of 4 lanes; none beyond. */
// @ts-expect-error: decorator
@inline
export function lanes(n: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(n));
}

// @ts-expect-error: decorator
@inline
export function sumLanes(x: v128): f32 {
  return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

/** NaN if one lane is. */
// @ts-expect-error: decorator
@inline
export function maxLanes(x: v128): f32 {
  const pairs = f32x4.max(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
  return max<f32>(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
}

/** The first n of 4 lanes, n < 4. */
// @ts-expect-error: decorator
@inline
export function storeLanes(at: usize, x: v128, n: i32): void {
  if (n > 0) v128.store_lane<f32>(at, x, 0);
  if (n > 1) v128.store_lane<f32>(at, x, 1, 4);
  if (n > 2) v128.store_lane<f32>(at, x, 2, 8);
}

/** to[i] = Σ parts[p][i], always in the order of the parts; rows of parts are `stride` numbers apart. */
export function sumParts(a: usize, thread: i32, threads: i32): void {
  const parts = load<usize>(a);
  const to = load<usize>(a, 4);
  const count = load<i32>(a, 8);
  const width = load<i32>(a, 12);
  const row = <usize>load<i32>(a, 16) << 2;
  const end = <usize>from(width, thread + 1, threads) << 2;
  for (let i = <usize>from(width, thread, threads) << 2; i < end; i += 16) {
    let sum = v128.load(parts + i);
    let part = parts + i;
    for (let p = 1; p < count; p++) {
      part += row;
      sum = f32x4.add(sum, v128.load(part));
    }
    v128.store(to + i, sum);
  }
}
