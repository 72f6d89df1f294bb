// Functions of four float32 at a time, within about one unit in the last place of the true value, right at the edges:
// NaN, infinities, −0, denormals. The polynomials are minimax fits made for these ranges.
//
// Constants stand in memory (from address 1024 on, see src/memory.ts): to load one is a single instruction, where V8
// makes four of a constant in the code, each time around a loop. That halves the time that exp takes.

const ONE: usize = memory.data<f32>([1, 0.5, -0.5, 2, Infinity]);
const HALF: usize = ONE + 4;
const MINUS_HALF: usize = ONE + 8;
const TWO: usize = ONE + 12;
const INFINITE: usize = ONE + 16;

// 1.5 · 2²³, added to a small number, brings its integer part into the lowest bits. The first part of ln(2) has nine
// bits, so that its product with an exponent is exact. Then the coefficients, and where e^x leaves the normal numbers.
const EXP: usize = memory.data<f32>([
  1.4426950408889634, 12582912.0, -0.693359375, 2.12194440054690583e-4,
  0.00019899726612493396, 0.0013965455582365394, 0.008333299309015274, 0.04166596382856369, 0.1666666716337204,
  88.72283172607422, -87.33654, -20,
]);
const LOG2_E: usize = EXP;
const ROUND: usize = EXP + 4;
const MINUS_LN2_HIGH: usize = EXP + 8;
const MINUS_LN2_LOW: usize = EXP + 12;
const LARGEST: usize = EXP + 36;
const SMALLEST: usize = EXP + 40;

const LOG: usize = memory.data<f32>([
  0.06747737526893616, -0.11677517741918564, 0.11888694763183594, -0.12405339628458023, 0.14219453930854797,
  -0.16668005287647247, 0.20002123713493347, -0.25000008940696716, 0.3333331346511841,
  1.17549435e-38, 8388608, 23,
]);
const LEAST_NORMAL: usize = LOG + 36;
const DENORMAL_SCALE: usize = LOG + 40; // 2²³
const DENORMAL_SHIFT: usize = LOG + 44;

const TANH: usize = memory.data<f32>([
  -0.0056973835453391075, 0.0206325463950634, -0.05373779684305191, 0.13331420719623566, -0.3333328068256378,
  0.625, 10,
]);

const ERF: usize = memory.data<f32>([
  8.267462544608861e-5, -0.0008118075784295797, 0.005198829807341099, -0.02685849741101265, 0.1128367930650711,
  -0.37612631916999817, 0.12837916612625122,
  2.0828510969295166e-5, -0.000431392400059849, 0.004156249575316906, -0.0250806026160717, 0.10822036117315292,
  0.6334008574485779, 1.1294883489608765, -0.0001692036457825452,
  0.9, 3.95,
]);

// @ts-expect-error: decorator
@inline
export function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/** The i-th constant of a table in memory, in all four places. */
// @ts-expect-error: decorator
@inline
export function at(table: usize, i: usize = 0): v128 {
  return v128.load32_splat(table + 4 * i);
}

/** a · b + c, rounded once where the machine can and the build allows it. */
// @ts-expect-error: decorator
@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/** Of a where the mask is set, else of b, lane by lane. */
// @ts-expect-error: decorator
@inline
function pick(a: v128, b: v128, mask: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? i32x4.relaxed_laneselect(a, b, mask) : v128.bitselect(a, b, mask);
}

/** e^x. Where float32 has no normal number for it, the result is 0: denormals make what follows many times slower. */
// @ts-expect-error: decorator
@inline
export function exp(x: v128): v128 {
  const shifted = fma(x, at(LOG2_E), at(ROUND));
  const n = f32x4.sub(shifted, at(ROUND));
  const r = fma(n, at(MINUS_LN2_LOW), fma(n, at(MINUS_LN2_HIGH), x));
  const scaled = i32x4.add(f32x4.add(at(ONE), expm1Near0(r)), i32x4.shl(shifted, 23));
  const finite = pick(scaled, f32x4.mul(x, at(INFINITE)), f32x4.le(x, at(LARGEST)));
  return v128.andnot(finite, f32x4.lt(x, at(SMALLEST)));
}

/** e^x for x < 88, where nothing can overflow: for what is less than a row's largest number, or has been bounded. */
// @ts-expect-error: decorator
@inline
export function expBounded(x: v128): v128 {
  const shifted = fma(x, at(LOG2_E), at(ROUND));
  const n = f32x4.sub(shifted, at(ROUND));
  const r = fma(n, at(MINUS_LN2_LOW), fma(n, at(MINUS_LN2_HIGH), x));
  const scale = i32x4.add(i32x4.shl(shifted, 23), at(ONE));
  return v128.andnot(fma(expm1Near0(r), scale, scale), f32x4.lt(x, at(SMALLEST)));
}

/** e^r − 1 for |r| ≤ ln(2) / 2. */
// @ts-expect-error: decorator
@inline
function expm1Near0(r: v128): v128 {
  let p = fma(r, at(EXP, 4), at(EXP, 5));
  p = fma(p, r, at(EXP, 6));
  p = fma(p, r, at(EXP, 7));
  p = fma(p, r, at(EXP, 8));
  p = fma(p, r, at(HALF));
  return fma(f32x4.mul(r, r), p, r);
}

/** e^x − 1, precise near 0. */
// @ts-expect-error: decorator
@inline
export function expm1(x: v128): v128 {
  const bounded = f32x4.max(x, at(EXP, 11)); // −1 from there on
  const shifted = fma(bounded, at(LOG2_E), at(ROUND));
  const n = f32x4.sub(shifted, at(ROUND));
  const small = expm1Near0(fma(n, at(MINUS_LN2_LOW), fma(n, at(MINUS_LN2_HIGH), bounded)));
  // With half of 2^n, because 2^128 is no float32.
  const half = i32x4.add(i32x4.shl(shifted, 23), at(HALF));
  const sum = fma(half, small, f32x4.sub(half, at(HALF)));
  const finite = pick(small, f32x4.add(sum, sum), f32x4.eq(n, f32x4.splat(0)));
  return withSignOf(x, pick(finite, f32x4.mul(x, at(INFINITE)), f32x4.le(x, at(LARGEST))));
}

/** The natural logarithm: −∞ of 0, NaN of what is below. */
// @ts-expect-error: decorator
@inline
export function log(x: v128): v128 {
  const denormal = f32x4.lt(x, at(LEAST_NORMAL));
  const normal = pick(f32x4.mul(x, at(DENORMAL_SCALE)), x, denormal);
  const exponent = exponentOf(normal);
  const f = f32x4.sub(i32x4.sub(normal, i32x4.shl(exponent, 23)), at(ONE));
  const n = f32x4.sub(f32x4.convert_i32x4_s(exponent), v128.and(denormal, at(DENORMAL_SHIFT)));
  return logEdges(x, logNear1(f, n));
}

/** log(1 + x), precise near 0. */
// @ts-expect-error: decorator
@inline
export function log1p(x: v128): v128 {
  const u = f32x4.add(at(ONE), x);
  const exponent = exponentOf(u);
  const lost = pick(
    f32x4.sub(at(ONE), f32x4.sub(u, x)),
    f32x4.sub(x, f32x4.sub(u, at(ONE))),
    f32x4.ge(x, at(ONE)),
  );
  const shift = i32x4.shl(exponent, 23);
  const scale = i32x4.max_s(i32x4.sub(at(ONE), shift), i32x4.splat(0)); // 2^-exponent
  const f = fma(lost, scale, f32x4.sub(i32x4.sub(u, shift), at(ONE)));
  const near = i32x4.eq(exponent, i32x4.splat(0));
  const sum = logNear1(pick(x, f, near), f32x4.convert_i32x4_s(exponent));
  return withSignOf(x, logEdges(u, sum));
}

/** The n of x = m · 2^n with m between √½ and √2. */
// @ts-expect-error: decorator
@inline
function exponentOf(x: v128): v128 {
  return i32x4.shr_s(i32x4.sub(x, i32x4.splat(0x3f3504f3)), 23);
}

/** log(1 + f) + n · ln(2). */
// @ts-expect-error: decorator
@inline
function logNear1(f: v128, n: v128): v128 {
  let p = fma(f, at(LOG), at(LOG, 1));
  p = fma(p, f, at(LOG, 2));
  p = fma(p, f, at(LOG, 3));
  p = fma(p, f, at(LOG, 4));
  p = fma(p, f, at(LOG, 5));
  p = fma(p, f, at(LOG, 6));
  p = fma(p, f, at(LOG, 7));
  p = fma(p, f, at(LOG, 8));
  const square = f32x4.mul(f, f);
  const small = f32x4.sub(f32x4.mul(f32x4.mul(square, f), p), f32x4.mul(n, at(MINUS_LN2_LOW)));
  return f32x4.sub(f32x4.add(f, fma(square, at(MINUS_HALF), small)), f32x4.mul(n, at(MINUS_LN2_HIGH)));
}

// @ts-expect-error: decorator
@inline
function logEdges(x: v128, result: v128): v128 {
  const below = pick(f32x4.neg(at(INFINITE)), f32x4.splat(NaN), f32x4.eq(x, f32x4.splat(0)));
  const positive = pick(result, below, f32x4.gt(x, f32x4.splat(0)));
  return pick(x, positive, f32x4.eq(x, at(INFINITE)));
}

/** The hyperbolic tangent. */
// @ts-expect-error: decorator
@inline
export function tanh(x: v128): v128 {
  const square = f32x4.mul(x, x);
  let p = fma(square, at(TANH), at(TANH, 1));
  p = fma(p, square, at(TANH, 2));
  p = fma(p, square, at(TANH, 3));
  p = fma(p, square, at(TANH, 4));
  const near = fma(f32x4.mul(square, p), x, x);
  const magnitude = f32x4.min(f32x4.abs(x), at(TANH, 6)); // 1 from 9.01 on
  const power = expBounded(f32x4.add(magnitude, magnitude));
  const far = f32x4.sub(at(ONE), f32x4.div(at(TWO), f32x4.add(power, at(ONE))));
  return pick(near, withSignOf(x, far), f32x4.lt(magnitude, at(TANH, 5)));
}

/** 1 / (1 + e^−x), written with the power that cannot overflow. */
// @ts-expect-error: decorator
@inline
export function sigmoid(x: v128): v128 {
  const power = expBounded(f32x4.neg(f32x4.abs(x)));
  const numerator = pick(power, at(ONE), f32x4.lt(x, f32x4.splat(0)));
  return f32x4.div(numerator, f32x4.add(at(ONE), power));
}

/** The error function. Beyond 0.9 it is 1 − e^−q(x), with q the fit. */
// @ts-expect-error: decorator
@inline
export function erf(x: v128): v128 {
  const square = f32x4.mul(x, x);
  let p = fma(square, at(ERF), at(ERF, 1));
  p = fma(p, square, at(ERF, 2));
  p = fma(p, square, at(ERF, 3));
  p = fma(p, square, at(ERF, 4));
  p = fma(p, square, at(ERF, 5));
  p = fma(p, square, at(ERF, 6));
  const near = fma(x, p, x);
  const t = f32x4.min(f32x4.abs(x), at(ERF, 16)); // 1 from 3.92 on
  let q = fma(t, at(ERF, 7), at(ERF, 8));
  q = fma(q, t, at(ERF, 9));
  q = fma(q, t, at(ERF, 10));
  q = fma(q, t, at(ERF, 11));
  q = fma(q, t, at(ERF, 12));
  q = fma(q, t, at(ERF, 13));
  q = fma(q, t, at(ERF, 14));
  const far = f32x4.sub(at(ONE), expBounded(f32x4.neg(q)));
  return pick(near, withSignOf(x, far), f32x4.lt(t, at(ERF, 15)));
}

/** −1, 0 or 1; 0 of NaN, as in TensorFlow.js. */
// @ts-expect-error: decorator
@inline
export function sign(x: v128): v128 {
  const positive = v128.and(f32x4.gt(x, f32x4.splat(0)), at(ONE));
  return v128.or(positive, v128.and(f32x4.lt(x, f32x4.splat(0)), f32x4.neg(at(ONE))));
}

// @ts-expect-error: decorator
@inline
function withSignOf(x: v128, magnitude: v128): v128 {
  return v128.or(f32x4.abs(magnitude), v128.and(x, i32x4.splat(0x80000000)));
}
