// GELU in both forms, SiLU and SwiGLU, with their gradients. A last vector may reach beyond a tensor, as its memory does.
import { fma } from './math';
import { C1, C2, C3, C4, C5, kept, LOG2_E, power, ROUND } from './nn-power';
import { from } from './parts';

// (1 + tanh u) / 2 with u = √(2/π) (x + 0.044715 x³) is sigmoid(SLOPE · x + CUBIC · x³).
const SLOPE: f32 = 1.5957691216057308; // 2 √(2/π)
const CUBIC: f32 = 0.07135481627162123; // SLOPE · 0.044715

/** What a kernel makes of x: y, or dx from dy, or y in the place of x and beside it the slope, dx / dy. */
enum Make { Value, Gradient, ValueAndSlope }

/** x · Φ(x) = x/2 · (1 + erf(x / √2)). */
export function geluErf(a: usize, thread: i32, threads: i32): void {
  normal(0, load<usize>(a), load<usize>(a, 4), load<i32>(a, 8), thread, threads, Make.Value);
}

/** dy · (Φ(x) + x · Φ'(x)). */
export function geluErfGradient(a: usize, thread: i32, threads: i32): void {
  normal(load<usize>(a), load<usize>(a, 4), load<usize>(a, 8), load<i32>(a, 12), thread, threads, Make.Gradient);
}

/** x becomes x · Φ(x), and slope Φ(x) + x · Φ'(x). */
export function geluErfSlope(a: usize, thread: i32, threads: i32): void {
  normal(0, load<usize>(a), load<usize>(a, 4), load<i32>(a, 8), thread, threads, Make.ValueAndSlope);
}

/**
 * Φ(-|x|) = e^(-x²/2) · t · polynomial(t) with t = 1 / (1 + P |x|), within 5e-7 of it everywhere: a fit made for this.
 * So the far left, which 1 + erf would cancel, keeps its digits, and the gradient has its density for free.
 */
// @ts-expect-error: decorator
@inline
function normal(dy: usize, x: usize, to: usize, n: i32, thread: i32, threads: i32, make: Make): void {
  const zero = n >> 31;
  const one = kept(1, zero);
  const round = kept(ROUND, zero);
  const c1 = kept(C1, zero);
  const c2 = kept(C2, zero);
  const c3 = kept(C3, zero);
  const c4 = kept(C4, zero);
  const c5 = kept(C5, zero);
  const least = kept(-127, zero);
  const scale = kept(-LOG2_E / 2, zero);
  const density = kept(0.3989422804014327, zero); // 1 / √(2π)
  const p = kept(0.23, zero);
  const q1 = kept(0.09189940243959427, zero);
  const q2 = kept(0.08925652503967285, zero);
  const q3 = kept(0.10545503348112106, zero);
  const q4 = kept(0.0012352493358775973, zero);
  const q5 = kept(0.25013467669487, zero);
  const q6 = kept(-0.23144611716270447, zero);
  const q7 = kept(0.26690059900283813, zero);
  const q8 = kept(-0.07343529164791107, zero);
  const end = <usize>from(n, thread + 1, threads) << 2;
  for (let i = <usize>from(n, thread, threads) << 2; i < end; i += 16) {
    const v = v128.load(x + i);
    const t = f32x4.div(one, fma(f32x4.abs(v), p, one));
    const e = power(f32x4.pmax(f32x4.mul(f32x4.mul(v, v), scale), least), round, one, c1, c2, c3, c4, c5);
    let q = fma(t, q8, q7);
    q = fma(q, t, q6);
    q = fma(q, t, q5);
    q = fma(q, t, q4);
    q = fma(q, t, q3);
    q = fma(q, t, q2);
    q = fma(q, t, q1);
    q = f32x4.mul(f32x4.mul(q, t), e);
    const below = v128.bitselect(q, f32x4.sub(one, q), i32x4.shr_s(v, 31)); // Φ(x)
    const slope = fma(v, f32x4.mul(e, density), below);
    if (make == Make.Gradient) v128.store(to + i, f32x4.mul(v128.load(dy + i), slope));
    else v128.store((make == Make.Value ? to : x) + i, f32x4.mul(v, below));
    if (make == Make.ValueAndSlope) v128.store(to + i, slope);
  }
}

/** x · sigmoid(SLOPE · x + CUBIC · x³). */
export function geluTanh(a: usize, thread: i32, threads: i32): void {
  gated(load<usize>(a), 0, load<usize>(a, 4), load<i32>(a, 8), thread, threads, SLOPE, CUBIC, false);
}

export function geluTanhGradient(a: usize, thread: i32, threads: i32): void {
  const dx = load<usize>(a, 8);
  gatedGradient(load<usize>(a), load<usize>(a, 4), 0, dx, 0, load<i32>(a, 12), thread, threads, SLOPE, CUBIC, Make.Gradient, false);
}

export function geluTanhSlope(a: usize, thread: i32, threads: i32): void {
  const slope = load<usize>(a, 4);
  const n = load<i32>(a, 8);
  gatedGradient(0, load<usize>(a), 0, slope, 0, n, thread, threads, SLOPE, CUBIC, Make.ValueAndSlope, false);
}

/** x · sigmoid(x). */
export function silu(a: usize, thread: i32, threads: i32): void {
  gated(load<usize>(a), 0, load<usize>(a, 4), load<i32>(a, 8), thread, threads, 1, 0, false);
}

export function siluGradient(a: usize, thread: i32, threads: i32): void {
  const dx = load<usize>(a, 8);
  gatedGradient(load<usize>(a), load<usize>(a, 4), 0, dx, 0, load<i32>(a, 12), thread, threads, 1, 0, Make.Gradient, false);
}

/** gate · sigmoid(gate) · up. */
export function swiGlu(a: usize, thread: i32, threads: i32): void {
  gated(load<usize>(a), load<usize>(a, 4), load<usize>(a, 8), load<i32>(a, 12), thread, threads, 1, 0, true);
}

export function swiGluGradient(a: usize, thread: i32, threads: i32): void {
  const dGate = load<usize>(a, 12);
  const dUp = load<usize>(a, 16);
  const n = load<i32>(a, 20);
  gatedGradient(load<usize>(a), load<usize>(a, 4), load<usize>(a, 8), dGate, dUp, n, thread, threads, 1, 0, Make.Gradient, true);
}

/** y = x · sigmoid(w) with w = linear · x + cubic · x³, times `up` where there is one. */
// @ts-expect-error: decorator
@inline
function gated(
  x: usize, up: usize, y: usize, n: i32, thread: i32, threads: i32, linear: f32, cubic: f32, hasUp: bool,
): void {
  const zero = n >> 31;
  const one = kept(1, zero);
  const round = kept(ROUND, zero);
  const c1 = kept(C1, zero);
  const c2 = kept(C2, zero);
  const c3 = kept(C3, zero);
  const c4 = kept(C4, zero);
  const c5 = kept(C5, zero);
  const most = kept(128, zero);
  const least = kept(-127, zero);
  const slope = kept(-LOG2_E * linear, zero);
  const bend = kept(-LOG2_E * cubic, zero);
  const end = <usize>from(n, thread + 1, threads) << 2;
  for (let i = <usize>from(n, thread, threads) << 2; i < end; i += 16) {
    const v = v128.load(x + i);
    const t = f32x4.mul(v, cubic != 0 ? fma(f32x4.mul(v, v), bend, slope) : slope);
    const e = power(f32x4.pmax(f32x4.pmin(t, most), least), round, one, c1, c2, c3, c4, c5);
    const out = f32x4.div(v, f32x4.add(one, e));
    v128.store(y + i, hasUp ? f32x4.mul(out, v128.load(up + i)) : out);
  }
}

/** dx = dy · g · (1 + x · w' · (1 - g)) with g = sigmoid(w); with an `up`, that times up, and dUp = dy · x · g. */
// @ts-expect-error: decorator
@inline
function gatedGradient(
  dy: usize, x: usize, up: usize, dx: usize, dUp: usize,
  n: i32, thread: i32, threads: i32, linear: f32, cubic: f32, make: Make, hasUp: bool,
): void {
  const zero = n >> 31;
  const one = kept(1, zero);
  const round = kept(ROUND, zero);
  const c1 = kept(C1, zero);
  const c2 = kept(C2, zero);
  const c3 = kept(C3, zero);
  const c4 = kept(C4, zero);
  const c5 = kept(C5, zero);
  const most = kept(128, zero);
  const least = kept(-127, zero);
  const slope = kept(-LOG2_E * linear, zero);
  const bend = kept(-LOG2_E * cubic, zero);
  const steep = kept(linear, zero);
  const steepBend = kept(3 * cubic, zero);
  const end = <usize>from(n, thread + 1, threads) << 2;
  for (let i = <usize>from(n, thread, threads) << 2; i < end; i += 16) {
    const v = v128.load(x + i);
    const square = f32x4.mul(v, v);
    const t = f32x4.mul(v, cubic != 0 ? fma(square, bend, slope) : slope);
    const e = power(f32x4.pmax(f32x4.pmin(t, most), least), round, one, c1, c2, c3, c4, c5);
    const g = f32x4.div(one, f32x4.add(one, e));
    const rise = cubic != 0 ? f32x4.mul(v, fma(square, steepBend, steep)) : v; // x · w'
    const derivative = f32x4.mul(g, fma(rise, f32x4.sub(one, g), one));
    if (make == Make.ValueAndSlope) {
      v128.store(x + i, f32x4.mul(v, g));
      v128.store(dx + i, derivative);
      continue;
    }
    let d = v128.load(dy + i);
    if (hasUp) {
      const other = v128.load(up + i); // dUp may lie there
      v128.store(dUp + i, f32x4.mul(d, f32x4.mul(v, g)));
      d = f32x4.mul(d, other);
    }
    v128.store(dx + i, f32x4.mul(d, derivative));
  }
}
