// What optimizers do to their parameters, for many of them at once, in place. `rows` is a list with a row of words for
// each parameter, `rates` are the numbers of the step, and every gradient is first multiplied by `factor`. Multiplications and additions stay apart (no `fma`), so that every
// machine gives the bits of the plain definitions. The last vector may reach into the padding that all tensors have.
import { from, fromRow } from './parts';

const chunkLength: i32 = 4096;
const smallestNormal: f32 = 1.1754943508222875e-38;
const rootOfSmallest: f32 = 1.0842021724855044e-19;

/** Denormals become 0: a mean that decays would end among them, and stay, and be many times slower. Signs and NaN remain. */
// @ts-ignore: decorator
@inline
function flushed(x: v128): v128 {
  const magnitude = f32x4.abs(x);
  return v128.andnot(x, v128.and(f32x4.lt(magnitude, f32x4.splat(smallestNormal)), i32x4.splat(0x7fffffff)));
}

/** x², 0 where it would be a denormal. */
// @ts-ignore: decorator
@inline
function squareOf(x: v128): v128 {
  const whole = v128.andnot(x, f32x4.lt(f32x4.abs(x), f32x4.splat(rootOfSmallest)));
  return f32x4.mul(whole, whole);
}

/** The number that this argument points to, 1 where it is none. */
// @ts-ignore: decorator
@inline
function factorAt(a: usize, word: usize): v128 {
  const pointer: usize = load<u32>(a + word);
  return pointer == 0 ? f32x4.splat(1) : v128.load32_splat(pointer);
}

/** p ← p − rate · g. Rows: parameter, gradient, size. */
export function sgd(a: usize, thread: i32, threads: i32): void {
  const rows: usize = load<u32>(a);
  const count = load<i32>(a, 4);
  const rate = v128.load32_splat(load<u32>(a, 8));
  const factor = factorAt(a, 12);
  for (let row = rows; row < rows + <usize>count * 12; row += 12) {
    const size = load<i32>(row, 8);
    const start = <usize>from(size, thread, threads) * 4;
    const end = <usize>from(size, thread + 1, threads) * 4;
    const p: usize = load<u32>(row);
    const g: usize = load<u32>(row, 4);
    for (let i = start; i < end; i += 16) {
      v128.store(p + i, f32x4.sub(v128.load(p + i), f32x4.mul(f32x4.mul(v128.load(g + i), factor), rate)));
    }
  }
}

/** v ← momentum · v + g; p ← p − rate · v, or with nesterov rate · (g + momentum · v). Rows: p, g, v, size. */
export function sgdMomentum(a: usize, thread: i32, threads: i32): void {
  const rows: usize = load<u32>(a);
  const count = load<i32>(a, 4);
  const rates: usize = load<u32>(a, 8);
  const factor = factorAt(a, 12);
  const nesterov = load<i32>(a, 16);
  const rate = v128.load32_splat(rates);
  const momentum = v128.load32_splat(rates, 4);
  for (let row = rows; row < rows + <usize>count * 16; row += 16) {
    const size = load<i32>(row, 12);
    const start = <usize>from(size, thread, threads) * 4;
    const end = <usize>from(size, thread + 1, threads) * 4;
    const p: usize = load<u32>(row);
    const g: usize = load<u32>(row, 4);
    const v: usize = load<u32>(row, 8);
    for (let i = start; i < end; i += 16) {
      const gradient = f32x4.mul(v128.load(g + i), factor);
      const velocity = flushed(f32x4.add(f32x4.mul(v128.load(v + i), momentum), gradient));
      v128.store(v + i, velocity);
      const direction = nesterov ? f32x4.add(gradient, f32x4.mul(velocity, momentum)) : velocity;
      v128.store(p + i, f32x4.sub(v128.load(p + i), f32x4.mul(direction, rate)));
    }
  }
}

/** Rows: parameter, gradient, mean, variance, size, decays. Rates: β1, 1 − β1, β2, 1 − β2, ε, size of the step, decay. */
// @ts-ignore: decorator
@inline
function stepOfAdam(a: usize, thread: i32, threads: i32, decayInGradient: bool): void {
  const rows: usize = load<u32>(a);
  const count = load<i32>(a, 4);
  const rates: usize = load<u32>(a, 8);
  const beta1 = v128.load32_splat(rates);
  const rest1 = v128.load32_splat(rates, 4);
  const beta2 = v128.load32_splat(rates, 8);
  const rest2 = v128.load32_splat(rates, 12);
  const epsilon = v128.load32_splat(rates, 16);
  const length = v128.load32_splat(rates, 20);
  const decay = v128.load32_splat(rates, 24);
  const factor = factorAt(a, 12);
  for (let row = rows; row < rows + <usize>count * 24; row += 24) {
    const size = load<i32>(row, 16);
    const start = <usize>from(size, thread, threads) * 4;
    const end = <usize>from(size, thread + 1, threads) * 4;
    const p: usize = load<u32>(row);
    const g: usize = load<u32>(row, 4);
    const m: usize = load<u32>(row, 8);
    const v: usize = load<u32>(row, 12);
    const decays = load<i32>(row, 20);
    for (let i = start; i < end; i += 16) {
      let parameter = v128.load(p + i);
      let gradient = f32x4.mul(v128.load(g + i), factor);
      if (decays) {
        const scaled = f32x4.mul(parameter, decay);
        if (decayInGradient) gradient = f32x4.add(gradient, scaled);
        else parameter = scaled;
      }
      const mean = flushed(f32x4.add(f32x4.mul(v128.load(m + i), beta1), f32x4.mul(gradient, rest1)));
      const squares = f32x4.mul(squareOf(gradient), rest2);
      const variance = flushed(f32x4.add(f32x4.mul(v128.load(v + i), beta2), squares));
      v128.store(m + i, mean);
      v128.store(v + i, variance);
      const direction = f32x4.div(mean, f32x4.add(f32x4.sqrt(variance), epsilon));
      v128.store(p + i, f32x4.sub(parameter, f32x4.mul(direction, length)));
    }
  }
}

/** The decay scales the parameter. */
export function adamw(a: usize, thread: i32, threads: i32): void {
  stepOfAdam(a, thread, threads, false);
}

/** The decay joins the gradient. */
export function adam(a: usize, thread: i32, threads: i32): void {
  stepOfAdam(a, thread, threads, true);
}

/** Rows: parameter, gradient, mean, size, decays. Rates: β1, 1 − β1, β2, 1 − β2, rate, what remains of a parameter. */
export function lion(a: usize, thread: i32, threads: i32): void {
  const rows: usize = load<u32>(a);
  const count = load<i32>(a, 4);
  const rates: usize = load<u32>(a, 8);
  const beta1 = v128.load32_splat(rates);
  const rest1 = v128.load32_splat(rates, 4);
  const beta2 = v128.load32_splat(rates, 8);
  const rest2 = v128.load32_splat(rates, 12);
  const rate = v128.load32_splat(rates, 16);
  const kept = v128.load32_splat(rates, 20);
  const factor = factorAt(a, 12);
  for (let row = rows; row < rows + <usize>count * 20; row += 20) {
    const size = load<i32>(row, 12);
    const start = <usize>from(size, thread, threads) * 4;
    const end = <usize>from(size, thread + 1, threads) * 4;
    const p: usize = load<u32>(row);
    const g: usize = load<u32>(row, 4);
    const m: usize = load<u32>(row, 8);
    const decays = load<i32>(row, 16);
    for (let i = start; i < end; i += 16) {
      let parameter = v128.load(p + i);
      const gradient = f32x4.mul(v128.load(g + i), factor);
      const mean = v128.load(m + i);
      const direction = f32x4.add(f32x4.mul(mean, beta1), f32x4.mul(gradient, rest1));
      if (decays) parameter = f32x4.mul(parameter, kept);
      v128.store(p + i, f32x4.sub(parameter, f32x4.mul(signOf(direction), rate)));
      v128.store(m + i, flushed(f32x4.add(f32x4.mul(mean, beta2), f32x4.mul(gradient, rest2))));
    }
  }
}

/** 1, −1, 0 for both zeros, NaN for NaN. */
// @ts-ignore: decorator
@inline
function signOf(x: v128): v128 {
  const one = v128.or(v128.and(x, f32x4.splat(-0.0)), f32x4.splat(1));
  const nonzero = v128.or(f32x4.lt(x, f32x4.splat(0)), f32x4.gt(x, f32x4.splat(0)));
  return v128.bitselect(one, f32x4.add(x, f32x4.splat(0)), nonzero);
}

/** a ← kept · a + rest · x. Rows: average, value, size. */
export function average(a: usize, thread: i32, threads: i32): void {
  const rows: usize = load<u32>(a);
  const count = load<i32>(a, 4);
  const rates: usize = load<u32>(a, 8);
  const kept = v128.load32_splat(rates);
  const rest = v128.load32_splat(rates, 4);
  for (let row = rows; row < rows + <usize>count * 12; row += 12) {
    const size = load<i32>(row, 8);
    const start = <usize>from(size, thread, threads) * 4;
    const end = <usize>from(size, thread + 1, threads) * 4;
    const y: usize = load<u32>(row);
    const x: usize = load<u32>(row, 4);
    for (let i = start; i < end; i += 16) {
      v128.store(y + i, f32x4.add(f32x4.mul(v128.load(y + i), kept), f32x4.mul(v128.load(x + i), rest)));
    }
  }
}

/**
 * The sum of the squares of every chunk, in float64. Rows: x, size, number of its first chunk. The chunks are the same for
 * any number of threads, and so is the sum of their sums.
 */
export function sumSquares(a: usize, thread: i32, threads: i32): void {
  const rows: usize = load<u32>(a);
  const count = load<i32>(a, 4);
  const partials: usize = load<u32>(a, 8);
  const chunks = load<i32>(a, 12);
  const start = fromRow(chunks, thread, threads);
  const end = fromRow(chunks, thread + 1, threads);
  for (let row = rows; row < rows + <usize>count * 12; row += 12) {
    const x: usize = load<u32>(row);
    const size = load<i32>(row, 4);
    const first = load<i32>(row, 8);
    const last = first + (size + chunkLength - 1) / chunkLength;
    for (let chunk = max(start, first); chunk < min(end, last); chunk++) {
      const at = (chunk - first) * chunkLength;
      store<f64>(partials + <usize>chunk * 8, sumOfSquares(x + <usize>at * 4, min(chunkLength, size - at)));
    }
  }
}

function sumOfSquares(x: usize, n: i32): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  const whole = <usize>(n & -4) * 4;
  for (let i: usize = 0; i < whole; i += 16) {
    const values = v128.load(x + i);
    const a = f64x2.promote_low_f32x4(values);
    const b = f64x2.promote_low_f32x4(v128.shuffle<i64>(values, values, 1, 1));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  const sums = f64x2.add(low, high);
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  for (let i = whole; i < <usize>n * 4; i += 4) {
    const value = <f64>load<f32>(x + i);
    sum += value * value;
  }
  return sum;
}

/** The root of the sum of the chunks' sums. */
export function rootOfSum(a: usize, thread: i32, threads: i32): void {
  const partials: usize = load<u32>(a);
  const chunks = load<i32>(a, 4);
  let sum: f64 = 0;
  for (let i = 0; i < chunks; i++) sum += load<f64>(partials + <usize>i * 8);
  store<f32>(load<u32>(a, 8), <f32>sqrt<f64>(sum));
}

/** min(1, limit / (norm + 1e-6)) */
export function clipFactor(a: usize, thread: i32, threads: i32): void {
  const norm = load<f32>(load<u32>(a));
  store<f32>(load<u32>(a, 8), min<f32>(load<f32>(a, 4) / (norm + 1e-6), 1));
}
