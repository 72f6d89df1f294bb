// Powers, sines and cosines of four float32 at a time, worked out in float64, because float32 would lose what counts:
// the low digits of a logarithm that is multiplied, and of an angle from which turns are taken.
import { at, fma } from './math';

// 1.5 · 2⁵², added to a number, brings its integer part into the lowest bits.
const ROUND: usize = memory.data<f64>([6755399441055744]);

const LOG2: usize = memory.data<f64>([
  0.28290996677890956, 0.3199049819274646, 0.4122092706285918, 0.5770779421745827, 0.9617966941140376,
  2.8853900817778495, 1, 200, -200,
]);

const EXP2: usize = memory.data<f64>([
  1.5201901957817896e-5, 0.0001546931736783588, 0.0013333922852338644, 0.009618027172562462, 0.05550410352835296,
  0.2402265119875634, 0.6931471807287158, 0.999999999961621,
]);

// 2/π, then π/2 in two parts, the first of 25 bits; and the first 224 binary digits of 2/π.
const TURN: usize = memory.data<f64>([0.6366197723675814, 1.5707963109016418, 1.5893254773528196e-8]);
const DIGITS: usize = memory.data<u32>([
  0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab,
]);

const CIRCLE: usize = memory.data<f32>([
  2.718046516747563e-6, -0.0001983930415008217, 0.008333329111337662, -0.1666666716337204,
  2.443241282890085e-5, -0.0013887309469282627, 0.04166664555668831, -0.5, 1,
  0.000244140625, 268435456,
]);
const HUGE: usize = CIRCLE + 40; // up to here the float64 has all digits of the angle less its turns

/** x^y as JavaScript has it: 1 for y = 0, NaN for a negative x with a broken y, and for ±1 with an infinite y. */
export function pow(x: v128, y: v128): v128 {
  const size = f32x4.abs(x);
  const low = powPair(f64x2.promote_low_f32x4(size), f64x2.promote_low_f32x4(y));
  const high = powPair(upperHalf(size), upperHalf(y));
  const result = v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
  const usual = v128.and(
    v128.and(f32x4.gt(x, f32x4.splat(0)), f32x4.lt(x, f32x4.splat(Infinity))),
    f32x4.lt(f32x4.abs(y), f32x4.splat(Infinity)),
  );
  if (i32x4.all_true(usual)) return result;
  const x01 = v128.shuffle<f32>(
    f32x4.splat(powEdges(f32x4.extract_lane(x, 0), f32x4.extract_lane(y, 0), f32x4.extract_lane(result, 0))),
    f32x4.splat(powEdges(f32x4.extract_lane(x, 1), f32x4.extract_lane(y, 1), f32x4.extract_lane(result, 1))),
    0, 4, 0, 4,
  );
  const x23 = v128.shuffle<f32>(
    f32x4.splat(powEdges(f32x4.extract_lane(x, 2), f32x4.extract_lane(y, 2), f32x4.extract_lane(result, 2))),
    f32x4.splat(powEdges(f32x4.extract_lane(x, 3), f32x4.extract_lane(y, 3), f32x4.extract_lane(result, 3))),
    0, 4, 0, 4,
  );
  return v128.shuffle<i64>(x01, x23, 0, 2);
}

/** x^y of two float64 that were float32, x > 0: 2^(y · log₂ x). */
function powPair(x: v128, y: v128): v128 {
  const exponent = i64x2.shr_s(i64x2.sub(x, i64x2.splat(0x3fe6a09e667f3bcd)), 52); // of m between √½ and √2
  const m = i64x2.sub(x, i64x2.shl(exponent, 52));
  const s = f64x2.div(f64x2.sub(m, pairAt(LOG2, 6)), f64x2.add(m, pairAt(LOG2, 6)));
  const square = f64x2.mul(s, s);
  let p = f64x2.add(f64x2.mul(square, pairAt(LOG2)), pairAt(LOG2, 1));
  p = f64x2.add(f64x2.mul(p, square), pairAt(LOG2, 2));
  p = f64x2.add(f64x2.mul(p, square), pairAt(LOG2, 3));
  p = f64x2.add(f64x2.mul(p, square), pairAt(LOG2, 4));
  p = f64x2.add(f64x2.mul(p, square), pairAt(LOG2, 5));
  const n = f64x2.sub(i64x2.add(exponent, pairAt(ROUND)), pairAt(ROUND));
  const product = f64x2.mul(y, f64x2.add(n, f64x2.mul(s, p)));
  const bounded = f64x2.pmin(pairAt(LOG2, 7), f64x2.pmax(pairAt(LOG2, 8), product));
  const shifted = f64x2.add(bounded, pairAt(ROUND));
  const r = f64x2.sub(bounded, f64x2.sub(shifted, pairAt(ROUND)));
  let q = f64x2.add(f64x2.mul(r, pairAt(EXP2)), pairAt(EXP2, 1));
  q = f64x2.add(f64x2.mul(q, r), pairAt(EXP2, 2));
  q = f64x2.add(f64x2.mul(q, r), pairAt(EXP2, 3));
  q = f64x2.add(f64x2.mul(q, r), pairAt(EXP2, 4));
  q = f64x2.add(f64x2.mul(q, r), pairAt(EXP2, 5));
  q = f64x2.add(f64x2.mul(q, r), pairAt(EXP2, 6));
  q = f64x2.add(f64x2.mul(q, r), pairAt(EXP2, 7));
  return i64x2.add(q, i64x2.shl(shifted, 52));
}

/** `usual` is |x|^y, worth something only if both are finite and x is not 0. */
function powEdges(x: f32, y: f32, usual: f32): f32 {
  if (y == 0) return 1;
  if (x != x || y != y) return NaN;
  const size = abs<f32>(x);
  if (abs<f32>(y) == Infinity) return size == 1 ? NaN : size > 1 == y > 0 ? Infinity : 0;
  const whole = floor<f32>(y) == y;
  const odd = whole && floor<f32>(y * 0.5) != y * 0.5;
  if (x < 0 && x > -Infinity && !whole) return NaN;
  const result = size == 0 || size == Infinity ? (size == 0 == y < 0 ? <f32>Infinity : <f32>0) : usual;
  return odd && reinterpret<i32>(x) < 0 ? -result : result;
}

/** The sine of an angle in radians, however large. */
export function sin(x: v128): v128 {
  const turned = turns(x, 0);
  return v128.bitselect(x, turned, f32x4.lt(f32x4.abs(x), at(CIRCLE, 9)));
}

/** The cosine of an angle in radians, however large. */
export function cos(x: v128): v128 {
  return turns(x, 1);
}

/** sin(x + quarters · π/2): x less its quarter turns, in float64, then one of two polynomials. */
// @ts-expect-error: decorator
@inline
function turns(x: v128, quarters: i32): v128 {
  const low = f64x2.promote_low_f32x4(x);
  const high = upperHalf(x);
  const lowCount = quarterTurns(low);
  const highCount = quarterTurns(high);
  const lowRest = f32x4.demote_f64x2_zero(withoutTurns(low, lowCount));
  let r = v128.shuffle<i64>(lowRest, f32x4.demote_f64x2_zero(withoutTurns(high, highCount)), 0, 2);
  let n = v128.shuffle<i32>(lowCount, highCount, 0, 2, 4, 6);
  if (!i32x4.all_true(f32x4.lt(f32x4.abs(x), at(HUGE)))) {
    for (let i = 0; i < 4; i++) {
      const angle = f32x4.extract_lane(x, 0);
      const huge = abs<f32>(angle) >= load<f32>(HUGE) && abs<f32>(angle) < Infinity;
      const turned = hugeTurns(angle);
      const count = (turned + (<i64>1 << 61)) >> 62;
      const rest = f32x4.splat(<f32>(<f64>(turned - (count << 62)) * 3.4061215800865545e-19));
      r = rotate(r, huge ? rest : r);
      n = rotate(n, huge ? i32x4.splat(<i32>count) : n);
      x = rotate(x, x);
    }
  }
  n = i32x4.add(n, i32x4.splat(quarters));
  const square = f32x4.mul(r, r);
  let p = fma(square, at(CIRCLE), at(CIRCLE, 1));
  p = fma(p, square, at(CIRCLE, 2));
  p = fma(p, square, at(CIRCLE, 3));
  const sine = fma(f32x4.mul(square, r), p, r);
  let q = fma(square, at(CIRCLE, 4), at(CIRCLE, 5));
  q = fma(q, square, at(CIRCLE, 6));
  const cosine = fma(f32x4.mul(square, square), q, fma(square, at(CIRCLE, 7), at(CIRCLE, 8)));
  const odd = i32x4.ne(v128.and(n, i32x4.splat(1)), i32x4.splat(0));
  return v128.xor(v128.bitselect(cosine, sine, odd), i32x4.shl(v128.and(n, i32x4.splat(2)), 30));
}

// @ts-expect-error: decorator
@inline
function quarterTurns(x: v128): v128 {
  return f64x2.add(f64x2.mul(x, pairAt(TURN)), pairAt(ROUND));
}

/** The product with the first part of π/2 is exact. */
// @ts-expect-error: decorator
@inline
function withoutTurns(x: v128, count: v128): v128 {
  const n = f64x2.sub(count, pairAt(ROUND));
  const rest = f64x2.sub(x, f64x2.mul(n, pairAt(TURN, 1)));
  return f64x2.sub(rest, f64x2.mul(n, pairAt(TURN, 2)));
}

/** x · 2/π modulo 4, times 2⁶², for |x| ≥ 4: x is m · 2^k, and of 2/π only the digits count that 2^k brings near 1. */
function hugeTurns(x: f32): i64 {
  const word = reinterpret<i32>(x);
  const exponent = (word >> 23) & 255;
  const m = <u64>((word & 0x7fffff) | 0x800000);
  const first = exponent - 152; // the digit that m · 2^k brings to 2
  const turned = m * digits(first) + ((m * (digits(first + 64) >> 32)) >> 32);
  return word < 0 ? -turned : turned;
}

/** 64 binary digits of 2/π, from one on. */
function digits(first: i32): u64 {
  const words = DIGITS + (<usize>(first >> 5) << 2);
  const pair = (<u64>load<u32>(words) << 32) | load<u32>(words, 4);
  return (pair << (first & 31)) | ((<u64>load<u32>(words, 8) << (first & 31)) >> 32);
}

// @ts-expect-error: decorator
@inline
function rotate(lanes: v128, last: v128): v128 {
  return v128.shuffle<f32>(lanes, last, 1, 2, 3, 4);
}

// @ts-expect-error: decorator
@inline
function upperHalf(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 1));
}

// @ts-expect-error: decorator
@inline
function pairAt(table: usize, i: usize = 0): v128 {
  return v128.load64_splat(table + 8 * i);
}
