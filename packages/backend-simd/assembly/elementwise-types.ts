// What has to do with types: casts, constants, logic on the bytes of bool, a choice between tensors; and sums of many.
import { from } from './parts';

enum Cast { FloatsToInts, FloatsToBools, IntsToFloats, IntsToBools, BoolsToFloats, BoolsToInts }

export function floatsToInts(a: usize, thread: i32, threads: i32): void { cast(Cast.FloatsToInts, a, thread, threads); }
export function floatsToBools(a: usize, thread: i32, threads: i32): void {
  cast(Cast.FloatsToBools, a, thread, threads);
}
export function intsToFloats(a: usize, thread: i32, threads: i32): void { cast(Cast.IntsToFloats, a, thread, threads); }
export function intsToBools(a: usize, thread: i32, threads: i32): void { cast(Cast.IntsToBools, a, thread, threads); }
export function boolsToFloats(a: usize, thread: i32, threads: i32): void {
  cast(Cast.BoolsToFloats, a, thread, threads);
}
export function boolsToInts(a: usize, thread: i32, threads: i32): void { cast(Cast.BoolsToInts, a, thread, threads); }

/** x, y, size */
// @ts-expect-error: decorator
@inline
function cast(op: Cast, a: usize, thread: i32, threads: i32): void {
  const size = load<i32>(a, 8);
  const end = from(size, thread + 1, threads);
  const x = load<usize>(a);
  const y = load<usize>(a, 4);
  for (let i = from(size, thread, threads); i < end; i += 4) {
    const words = x + (<usize>i << 2);
    const result = y + (<usize>i << 2);
    switch (op) {
      case Cast.FloatsToInts: v128.store(result, truncate(v128.load(words))); break;
      case Cast.FloatsToBools: storeBools(y + i, f32x4.ne(v128.load(words), f32x4.splat(0))); break;
      case Cast.IntsToFloats: v128.store(result, f32x4.convert_i32x4_s(v128.load(words))); break;
      case Cast.IntsToBools: storeBools(y + i, i32x4.ne(v128.load(words), i32x4.splat(0))); break;
      case Cast.BoolsToFloats: v128.store(result, f32x4.convert_i32x4_s(loadBools(x + i))); break;
      default: v128.store(result, loadBools(x + i));
    }
  }
}

/** Whole numbers toward 0, modulo 2³² as JavaScript has them: NaN and what is a multiple of 2³² become 0. */
// @ts-expect-error: decorator
@inline
function truncate(x: v128): v128 {
  if (i32x4.all_true(f32x4.lt(f32x4.abs(x), f32x4.splat(2147483648)))) return i32x4.trunc_sat_f32x4_s(x);
  let y = x;
  for (let i = 0; i < 4; i++) {
    const lane = f32x4.extract_lane(x, 0);
    const whole = abs<f32>(lane) < 4611686018427387904 ? <i32>(<i64>lane) : 0;
    x = v128.shuffle<i32>(x, x, 1, 2, 3, 0);
    y = v128.shuffle<i32>(y, i32x4.splat(whole), 1, 2, 3, 4);
  }
  return y;
}

/** Four bytes of 0 or 1 as four words. */
// @ts-expect-error: decorator
@inline
function loadBools(x: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(x)));
}

/** Four masks as four bytes of 0 or 1. */
// @ts-expect-error: decorator
@inline
function storeBools(y: usize, masks: v128): void {
  const bytes = v128.shuffle<u8>(masks, masks, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);
  v128.store32_lane(y, v128.and(bytes, i8x16.splat(1)), 0);
}

export function fillFloats(a: usize, thread: i32, threads: i32): void { fill(a, thread, threads); }

/** y, bytes, and what all of y is filled with: a word of four bytes, or a float. */
export function fill(a: usize, thread: i32, threads: i32): void {
  const words = (load<i32>(a, 4) + 3) >> 2;
  const value = v128.load32_splat(a, 8);
  const end = load<usize>(a) + (<usize>from(words, thread + 1, threads) << 2);
  for (let y = load<usize>(a) + (<usize>from(words, thread, threads) << 2); y < end; y += 16) v128.store(y, value);
}

/** condition, t, e, y, size: y is t where the condition holds, else e; of float32 or int32. */
export function choose(a: usize, thread: i32, threads: i32): void {
  const size = load<i32>(a, 16);
  const end = from(size, thread + 1, threads);
  const none = i32x4.splat(0);
  for (let i = <usize>from(size, thread, threads); i < <usize>end; i += 4) {
    const masks = i32x4.ne(loadBools(load<usize>(a) + i), none);
    const t = v128.load(load<usize>(a, 4) + (i << 2));
    v128.store(load<usize>(a, 12) + (i << 2), v128.bitselect(t, v128.load(load<usize>(a, 8) + (i << 2)), masks));
  }
}

enum Logic { And, Or, Not }

export function andBools(a: usize, thread: i32, threads: i32): void { logic(Logic.And, a, thread, threads); }
export function orBools(a: usize, thread: i32, threads: i32): void { logic(Logic.Or, a, thread, threads); }
export function notBools(a: usize, thread: i32, threads: i32): void { logic(Logic.Not, a, thread, threads); }

/** x, y, z, size; without y for one that takes one. */
// @ts-expect-error: decorator
@inline
function logic(op: Logic, a: usize, thread: i32, threads: i32): void {
  const words = (load<i32>(a + (op == Logic.Not ? 8 : 12)) + 3) >> 2;
  const end = <usize>from(words, thread + 1, threads) << 2;
  for (let i = <usize>from(words, thread, threads) << 2; i < end; i += 16) {
    const x = v128.load(load<usize>(a) + i);
    const y = op == Logic.Not ? i8x16.splat(1) : v128.load(load<usize>(a, 4) + i);
    const z = load<usize>(a + (op == Logic.Not ? 4 : 8)) + i;
    if (op == Logic.And) v128.store(z, v128.and(x, y));
    else if (op == Logic.Or) v128.store(z, v128.or(x, y));
    else v128.store(z, v128.xor(x, y));
  }
}

/** a, b, c, d, y, size, how many of the four are added, from the left. */
export function addMany(a: usize, thread: i32, threads: i32): void {
  const size = load<i32>(a, 20);
  const count = load<i32>(a, 24);
  const end = <usize>from(size, thread + 1, threads) << 2;
  for (let i = <usize>from(size, thread, threads) << 2; i < end; i += 16) {
    let sum = f32x4.add(v128.load(load<usize>(a) + i), v128.load(load<usize>(a, 4) + i));
    if (count > 2) sum = f32x4.add(sum, v128.load(load<usize>(a, 8) + i));
    if (count > 3) sum = f32x4.add(sum, v128.load(load<usize>(a, 12) + i));
    v128.store(load<usize>(a, 16) + i, sum);
  }
}
