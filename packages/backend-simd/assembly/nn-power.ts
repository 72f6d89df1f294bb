// Powers of two with their literals handed in: V8 makes a vector literal inside a loop anew at each use, in three
// instructions, which is more than the arithmetic. A value it cannot know to be constant stays in a register.
import { fma, splat } from './math';

/** x in all lanes, as a value rather than a literal; zero is 0 in a way that no compiler sees: n >> 31 of a count. */
// @ts-expect-error: decorator
@inline
export function kept(x: f32, zero: i32): v128 {
  return v128.or(splat(x), i32x4.splat(zero));
}

export const LOG2_E: f32 = 1.4426950408889634;
export const ROUND: f32 = 12582912; // 1.5 · 2²³: added to a small number, its integer part stands in the lowest bits

// 2^r = 1 + r (C1 + r (C2 + …)) for |r| ≤ 1/2, within 1e-7 of it: a fit made for this range.
export const C1: f32 = 0.6931470036506653;
export const C2: f32 = 0.24022242426872253;
export const C3: f32 = 0.05550733581185341;
export const C4: f32 = 0.009671512991189957;
export const C5: f32 = 0.001326472731307149;

/** 2^t for t from -127, where it gives 0, to 128, where it gives infinity. The others are the kept literals. */
// @ts-expect-error: decorator
@inline
export function power(
  t: v128, round: v128, one: v128, c1: v128, c2: v128, c3: v128, c4: v128, c5: v128,
): v128 {
  const shifted = f32x4.add(t, round);
  const r = f32x4.sub(t, f32x4.sub(shifted, round));
  let p = fma(r, c5, c4);
  p = fma(p, r, c3);
  p = fma(p, r, c2);
  p = fma(p, r, c1);
  p = fma(p, r, one);
  return f32x4.mul(p, i32x4.add(one, i32x4.shl(shifted, 23))); // a product, so that NaN stays NaN
}
