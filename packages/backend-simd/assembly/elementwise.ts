// One float32 tensor to another of the same shape, element by element. Four at a time: the last four may lie beyond the
// tensor's end, but never beyond the end of its memory, which is a multiple of 64 bytes.
import * as math from './math';
import * as wide from './math-wide';
import { from } from './parts';

enum Map {
  Neg, Abs, Square, Sqrt, Rsqrt, Reciprocal, Exp, Expm1, Log, Log1p, Tanh, Sigmoid, Erf, Sin, Cos, Sign, Floor, Ceil,
  Round, Relu, Relu6, LeakyRelu, Step, Clip,
}

export function neg(a: usize, thread: i32, threads: i32): void { map(Map.Neg, a, thread, threads); }
export function abs(a: usize, thread: i32, threads: i32): void { map(Map.Abs, a, thread, threads); }
export function square(a: usize, thread: i32, threads: i32): void { map(Map.Square, a, thread, threads); }
export function sqrt(a: usize, thread: i32, threads: i32): void { map(Map.Sqrt, a, thread, threads); }
export function rsqrt(a: usize, thread: i32, threads: i32): void { map(Map.Rsqrt, a, thread, threads); }
export function reciprocal(a: usize, thread: i32, threads: i32): void { map(Map.Reciprocal, a, thread, threads); }
export function exp(a: usize, thread: i32, threads: i32): void { map(Map.Exp, a, thread, threads); }
export function expm1(a: usize, thread: i32, threads: i32): void { map(Map.Expm1, a, thread, threads); }
export function log(a: usize, thread: i32, threads: i32): void { map(Map.Log, a, thread, threads); }
export function log1p(a: usize, thread: i32, threads: i32): void { map(Map.Log1p, a, thread, threads); }
export function tanh(a: usize, thread: i32, threads: i32): void { map(Map.Tanh, a, thread, threads); }
export function sigmoid(a: usize, thread: i32, threads: i32): void { map(Map.Sigmoid, a, thread, threads); }
export function erf(a: usize, thread: i32, threads: i32): void { map(Map.Erf, a, thread, threads); }
export function sin(a: usize, thread: i32, threads: i32): void { map(Map.Sin, a, thread, threads); }
export function cos(a: usize, thread: i32, threads: i32): void { map(Map.Cos, a, thread, threads); }
export function sign(a: usize, thread: i32, threads: i32): void { map(Map.Sign, a, thread, threads); }
export function floor(a: usize, thread: i32, threads: i32): void { map(Map.Floor, a, thread, threads); }
export function ceil(a: usize, thread: i32, threads: i32): void { map(Map.Ceil, a, thread, threads); }
export function round(a: usize, thread: i32, threads: i32): void { map(Map.Round, a, thread, threads); }
export function relu(a: usize, thread: i32, threads: i32): void { map(Map.Relu, a, thread, threads); }
export function relu6(a: usize, thread: i32, threads: i32): void { map(Map.Relu6, a, thread, threads); }
/** x, or p · x where x < 0 */
export function leakyRelu(a: usize, thread: i32, threads: i32): void { map(Map.LeakyRelu, a, thread, threads); }
/** 1, or p where x ≤ 0 */
export function step(a: usize, thread: i32, threads: i32): void { map(Map.Step, a, thread, threads); }
/** p where x < p, q where x > q */
export function clip(a: usize, thread: i32, threads: i32): void { map(Map.Clip, a, thread, threads); }

/** x, y, size, p, q */
// @ts-expect-error: decorator
@inline
function map(op: Map, a: usize, thread: i32, threads: i32): void {
  const size = load<i32>(a, 8);
  const p = v128.load32_splat(a, 12);
  const q = v128.load32_splat(a, 16);
  const start = <usize>from(size, thread, threads) << 2;
  const end = load<usize>(a) + (<usize>from(size, thread + 1, threads) << 2);
  let y = load<usize>(a, 4) + start;
  for (let x = load<usize>(a) + start; x < end; x += 16) {
    v128.store(y, apply(op, v128.load(x), p, q));
    y += 16;
  }
}

// @ts-expect-error: decorator
@inline
function apply(op: Map, x: v128, p: v128, q: v128): v128 {
  switch (op) {
    case Map.Neg: return f32x4.neg(x);
    case Map.Abs: return f32x4.abs(x);
    case Map.Square: return f32x4.mul(x, x);
    case Map.Sqrt: return f32x4.sqrt(x);
    case Map.Rsqrt: return f32x4.div(f32x4.splat(1), f32x4.sqrt(x));
    case Map.Reciprocal: return f32x4.div(f32x4.splat(1), x);
    case Map.Exp: return math.exp(x);
    case Map.Expm1: return math.expm1(x);
    case Map.Log: return math.log(x);
    case Map.Log1p: return math.log1p(x);
    case Map.Tanh: return math.tanh(x);
    case Map.Sigmoid: return math.sigmoid(x);
    case Map.Erf: return math.erf(x);
    case Map.Sin: return wide.sin(x);
    case Map.Cos: return wide.cos(x);
    case Map.Sign: return math.sign(x);
    case Map.Floor: return f32x4.floor(x);
    case Map.Ceil: return f32x4.ceil(x);
    case Map.Round: return f32x4.nearest(x);
    case Map.Relu: return f32x4.pmax(x, f32x4.splat(0)); // NaN stays NaN, for it is not less than 0
    case Map.Relu6: return f32x4.pmin(f32x4.pmax(x, f32x4.splat(0)), f32x4.splat(6));
    case Map.LeakyRelu: return v128.bitselect(f32x4.mul(x, p), x, f32x4.lt(x, f32x4.splat(0)));
    case Map.Step: return stepOf(x, p);
    default: return v128.bitselect(q, v128.bitselect(p, x, f32x4.lt(x, p)), f32x4.gt(x, q));
  }
}

/** NaN stays NaN. */
// @ts-expect-error: decorator
@inline
function stepOf(x: v128, p: v128): v128 {
  const step = v128.bitselect(f32x4.splat(1), p, f32x4.gt(x, f32x4.splat(0)));
  return v128.bitselect(step, x, f32x4.eq(x, x));
}
