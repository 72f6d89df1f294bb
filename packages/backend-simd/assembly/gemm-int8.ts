// Products with weights of one byte: panels of 8 columns [panel, inner, 8], each column with a scale of its own. Every
// element is summed in the order of the inner axis. A byte becomes a number as the highest of four: 2²⁴ times too large,
// for which its scale makes up.
import { bytes } from './gemm-tiles';
import { fma } from './math';
import { fromRow } from './parts';

/** y [rows, columns] = x [rows, inner] w [inner, columns] · scales [columns] (+ bias [columns]) */
export function matMulInt8(args: usize, thread: i32, threads: i32): void {
  const x = load<u32>(args);
  const packed = load<u32>(args, 4);
  const scales = load<u32>(args, 8);
  const bias = load<u32>(args, 12);
  const y = load<u32>(args, 16);
  const rows = load<i32>(args, 20);
  const inner = load<i32>(args, 24);
  const columns = load<i32>(args, 28);
  const sums = load<u32>(args, 32) + <usize>thread * 128;
  const panels = (columns + 7) >> 3;
  const end = fromRow(panels, thread + 1, threads);
  const panelBytes = <usize>inner << 3;
  for (let panel = fromRow(panels, thread, threads); panel < end; panel += 4) {
    const count = min(4, end - panel);
    const from = packed + <usize>panel * panelBytes;
    for (let row = 0; row < rows; row++) {
      const line = x + bytes(row * inner);
      if (count == 4) sumFour(line, from, panelBytes, inner, sums);
      else for (let i = 0; i < count; i++) sumOne(line, from + <usize>i * panelBytes, inner, sums + (<usize>i << 5));
      const column = panel << 3;
      scale(sums, scales, bias, y + bytes(row * columns), column, min(columns, column + (count << 3)));
    }
  }
}

// Bytes 0 to 3, and so on, each as the highest byte of a lane.
// @ts-expect-error: decorator
@inline
function lanes(w: v128, first: i8, zero: v128): v128 {
  const places = v128.or(
    i8x16(-128, -128, -128, first, -128, -128, -128, first + 1, -128, -128, -128, first + 2, -128, -128, -128, first + 3),
    zero,
  );
  return f32x4.convert_i32x4_s(ASC_FEATURE_RELAXED_SIMD ? i8x16.relaxed_swizzle(w, places) : i8x16.swizzle(w, places));
}

/** 8 sums for each of 4 panels. */
function sumFour(x: usize, w0: usize, panel: usize, inner: i32, sums: usize): void {
  const zero = i32x4.splat(inner >> 31); // keeps the places of bytes in registers: see nn-power.ts
  let a0 = f32x4.splat(0), b0 = a0, a1 = a0, b1 = a0, a2 = a0, b2 = a0, a3 = a0, b3 = a0;
  const panel2 = panel * 2, panel3 = panel * 3;
  const end = w0 + panel;
  const whole = w0 + (<usize>(inner & ~1) << 3);
  for (; w0 < whole; w0 += 16, x += 8) {
    const x0 = v128.load32_splat(x), x1 = v128.load32_splat(x, 4);
    let w = v128.load(w0);
    a0 = fma(x1, lanes(w, 8, zero), fma(x0, lanes(w, 0, zero), a0));
    b0 = fma(x1, lanes(w, 12, zero), fma(x0, lanes(w, 4, zero), b0));
    w = v128.load(w0 + panel);
    a1 = fma(x1, lanes(w, 8, zero), fma(x0, lanes(w, 0, zero), a1));
    b1 = fma(x1, lanes(w, 12, zero), fma(x0, lanes(w, 4, zero), b1));
    w = v128.load(w0 + panel2);
    a2 = fma(x1, lanes(w, 8, zero), fma(x0, lanes(w, 0, zero), a2));
    b2 = fma(x1, lanes(w, 12, zero), fma(x0, lanes(w, 4, zero), b2));
    w = v128.load(w0 + panel3);
    a3 = fma(x1, lanes(w, 8, zero), fma(x0, lanes(w, 0, zero), a3));
    b3 = fma(x1, lanes(w, 12, zero), fma(x0, lanes(w, 4, zero), b3));
  }
  if (w0 < end) {
    const x0 = v128.load32_splat(x);
    let w = v128.load64_zero(w0);
    a0 = fma(x0, lanes(w, 0, zero), a0);
    b0 = fma(x0, lanes(w, 4, zero), b0);
    w = v128.load64_zero(w0 + panel);
    a1 = fma(x0, lanes(w, 0, zero), a1);
    b1 = fma(x0, lanes(w, 4, zero), b1);
    w = v128.load64_zero(w0 + panel2);
    a2 = fma(x0, lanes(w, 0, zero), a2);
    b2 = fma(x0, lanes(w, 4, zero), b2);
    w = v128.load64_zero(w0 + panel3);
    a3 = fma(x0, lanes(w, 0, zero), a3);
    b3 = fma(x0, lanes(w, 4, zero), b3);
  }
  v128.store(sums, a0);
  v128.store(sums, b0, 16);
  v128.store(sums, a1, 32);
  v128.store(sums, b1, 48);
  v128.store(sums, a2, 64);
  v128.store(sums, b2, 80);
  v128.store(sums, a3, 96);
  v128.store(sums, b3, 112);
}

/** 8 sums of one panel. */
function sumOne(x: usize, w0: usize, inner: i32, sums: usize): void {
  const zero = i32x4.splat(inner >> 31);
  let a = f32x4.splat(0), b = a;
  for (const end = w0 + (<usize>inner << 3); w0 < end; w0 += 8, x += 4) {
    const x0 = v128.load32_splat(x), w = v128.load64_zero(w0);
    a = fma(x0, lanes(w, 0, zero), a);
    b = fma(x0, lanes(w, 4, zero), b);
  }
  v128.store(sums, a);
  v128.store(sums, b, 16);
}

/** From the sums of columns to the row's place. */
function scale(sums: usize, scales: usize, bias: usize, row: usize, column: i32, end: i32): void {
  const small: f32 = 1 / 16777216;
  for (; column + 4 <= end; column += 4, sums += 16) {
    const at = bytes(column);
    let values = f32x4.mul(v128.load(sums), f32x4.mul(v128.load(scales + at), f32x4.splat(small)));
    if (bias) values = f32x4.add(values, v128.load(bias + at));
    v128.store(row + at, values);
  }
  for (; column < end; column++, sums += 4) {
    const at = bytes(column);
    let value = load<f32>(sums) * (load<f32>(scales + at) * small);
    if (bias) value += load<f32>(bias + at);
    store<f32>(row + at, value);
  }
}
