// Dropout: what it keeps is worked out from a seed, for four counters of Philox 4×32-10 at a time.
// Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3". The plain definition is in packages/ops.
import { fromRow } from './parts';

/** Numbers eight by eight: each eight has a counter of its own. */
export function dropout(a: usize, thread: i32, threads: i32): void {
  const x = load<usize>(a);
  const seed = load<i32>(load<usize>(a, 4));
  const y = load<usize>(a, 8);
  const kept = load<usize>(a, 12) + (<usize>thread << 6);
  const limit = load<i32>(a, 20);
  const growth = v128.load32_splat(a, 24);
  const eights = <i32>((<i64>load<i32>(a, 16) + 7) >> 3);
  const zero = i32x4.splat(0);
  const end = fromRow(eights, thread + 1, threads);
  for (let i = fromRow(eights, thread, threads); i < end; i += 4) {
    drawKept(kept, i32x4.add(i32x4.splat(i), i32x4(0, 1, 2, 3)), zero, zero, zero, seed, limit);
    const last = min(i + 4, end);
    for (let j = i; j < last; j++) {
      thin(x + (<usize>j << 5), y + (<usize>j << 5), kept + (<usize>(j - i) << 4), growth);
    }
  }
}

/** Eight numbers: those that are kept times growth, the others times 0. */
// @ts-expect-error: decorator
@inline
export function thin(x: usize, y: usize, kept: usize, growth: v128): void {
  const eight = v128.load(kept);
  v128.store(y, f32x4.mul(v128.load(x), v128.and(growth, i32x4.extend_low_i16x8_s(eight))));
  v128.store(y, f32x4.mul(v128.load(x, 16), v128.and(growth, i32x4.extend_high_i16x8_s(eight))), 16);
}

/** Four numbers, given 16 bits for each. */
// @ts-expect-error: decorator
@inline
export function thinFour(x: v128, kept: usize, growth: v128): v128 {
  return f32x4.mul(x, v128.and(growth, v128.load_ext<i16>(kept)));
}

/** What is kept of `count` numbers from place `first` on, 16 bits for each: where those of the first are. */
export function drawRow(to: usize, first: i32, count: i32, seed: i32, limit: i32): usize {
  const begin = first & ~7;
  const zero = i32x4.splat(0);
  for (let i = begin; i < first + count; i += 32) {
    drawKept(to + (<usize>(i - begin) << 1), i32x4.add(i32x4.splat(i >> 3), i32x4(0, 1, 2, 3)), zero, zero, zero, seed, limit);
  }
  return to + (<usize>(first - begin) << 1);
}

/** Four times eight places to `to`, those of a counter behind one another: all 16 bits where they are kept, else none. */
export function drawKept(to: usize, c0: v128, c1: v128, c2: v128, c3: v128, seed: i32, limit: i32): void {
  const zero = limit >> 31; // 0, but not for a compiler: see nn-power.ts
  const m0 = i32x4.splat(0xd2511f53 | zero);
  const m1 = i32x4.splat(0xcd9e8d57 | zero);
  const w0 = i32x4.splat(0x9e3779b9 | zero);
  const w1 = i32x4.splat(0xbb67ae85 | zero);
  let k0 = i32x4.splat(seed);
  let k1 = i32x4.splat(zero);
  for (let round = 0; round < 10; round++) {
    const left = i64x2.extmul_low_i32x4_u(c0, m0); // 64 bits of two lanes' products, then of the others'
    const right = i64x2.extmul_high_i32x4_u(c0, m0);
    const left2 = i64x2.extmul_low_i32x4_u(c2, m1);
    const right2 = i64x2.extmul_high_i32x4_u(c2, m1);
    c0 = v128.xor(v128.xor(v128.shuffle<i32>(left2, right2, 1, 3, 5, 7), c1), k0);
    c2 = v128.xor(v128.xor(v128.shuffle<i32>(left, right, 1, 3, 5, 7), c3), k1);
    c1 = v128.shuffle<i32>(left2, right2, 0, 2, 4, 6);
    c3 = v128.shuffle<i32>(left, right, 0, 2, 4, 6);
    k0 = i32x4.add(k0, w0);
    k1 = i32x4.add(k1, w1);
  }
  // Lanes are counters; now vectors are.
  const low01 = v128.shuffle<i32>(c0, c1, 0, 4, 1, 5);
  const high01 = v128.shuffle<i32>(c0, c1, 2, 6, 3, 7);
  const low23 = v128.shuffle<i32>(c2, c3, 0, 4, 1, 5);
  const high23 = v128.shuffle<i32>(c2, c3, 2, 6, 3, 7);
  const below = i16x8.splat(<i16>limit);
  v128.store(to, i16x8.lt_u(v128.shuffle<i64>(low01, low23, 0, 2), below));
  v128.store(to, i16x8.lt_u(v128.shuffle<i64>(low01, low23, 1, 3), below), 16);
  v128.store(to, i16x8.lt_u(v128.shuffle<i64>(high01, high23, 0, 2), below), 32);
  v128.store(to, i16x8.lt_u(v128.shuffle<i64>(high01, high23, 1, 3), below), 48);
}
