// What attention is made of: a product of small tiles, and copies of rows that fill up to whole tiles with zeros.
import { fma } from './math';

/**
 * C[4, 8] = Σ A[4, n] · B[n, 8], added to C where `accumulate`. A's element (row, i) lies at row · aRow + i · aStep, so
 * that it may lie transposed; rows of B are bStep apart and rows of C cRow, all in bytes.
 */
// @ts-expect-error: decorator
@inline
export function tile(
  a: usize, aRow: usize, aStep: usize,
  b: usize, bStep: usize, n: i32,
  c: usize, cRow: usize, accumulate: bool,
): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  const c1 = c + cRow;
  const c2 = c1 + cRow;
  const c3 = c2 + cRow;
  if (accumulate) {
    c00 = v128.load(c);
    c01 = v128.load(c, 16);
    c10 = v128.load(c1);
    c11 = v128.load(c1, 16);
    c20 = v128.load(c2);
    c21 = v128.load(c2, 16);
    c30 = v128.load(c3);
    c31 = v128.load(c3, 16);
  }
  let a0 = a;
  let a1 = a + aRow;
  let a2 = a1 + aRow;
  let a3 = a2 + aRow;
  for (const end = b + <usize>n * bStep; b < end; b += bStep) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a0);
    c00 = fma(x, b0, c00);
    c01 = fma(x, b1, c01);
    x = v128.load32_splat(a1);
    c10 = fma(x, b0, c10);
    c11 = fma(x, b1, c11);
    x = v128.load32_splat(a2);
    c20 = fma(x, b0, c20);
    c21 = fma(x, b1, c21);
    x = v128.load32_splat(a3);
    c30 = fma(x, b0, c30);
    c31 = fma(x, b1, c31);
    a0 += aStep;
    a1 += aStep;
    a2 += aStep;
    a3 += aStep;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c1, c10);
  v128.store(c1, c11, 16);
  v128.store(c2, c20);
  v128.store(c2, c21, 16);
  v128.store(c3, c30);
  v128.store(c3, c31, 16);
}

/** Rows of `columns` numbers, fromRow bytes apart, times scale, to rows of `padded` numbers, those beyond being 0. */
export function copyRows(
  from: usize, fromRow: usize, rows: i32, columns: i32, to: usize, padded: i32, scale: f32,
): void {
  const scales = f32x4.splat(scale);
  const whole = columns & ~3;
  for (let r = 0; r < rows; r++) {
    let c = 0;
    for (; c < whole; c += 4) v128.store(to + (c << 2), f32x4.mul(v128.load(from + (c << 2)), scales));
    for (; c < columns; c++) store<f32>(to + (c << 2), load<f32>(from + (c << 2)) * scale);
    for (; c < padded; c++) store<f32>(to + (c << 2), 0);
    from += fromRow;
    to += <usize>padded << 2;
  }
}

/** The way back: the first `columns` of each padded row, times scale, to rows that are toRow bytes apart. */
export function copyBack(from: usize, padded: i32, rows: i32, columns: i32, to: usize, toRow: usize, scale: f32): void {
  const scales = f32x4.splat(scale);
  const whole = columns & ~3;
  for (let r = 0; r < rows; r++) {
    let c = 0;
    for (; c < whole; c += 4) v128.store(to + (c << 2), f32x4.mul(v128.load(from + (c << 2)), scales));
    for (; c < columns; c++) store<f32>(to + (c << 2), load<f32>(from + (c << 2)) * scale);
    from += <usize>padded << 2;
    to += toRow;
  }
}

/** Columns eight by eight, [columns / 8, padded, 8]; rows from `rows` to `padded` and columns beyond the last are 0. */
export function copyPanels(from: usize, fromRow: usize, rows: i32, columns: i32, to: usize, padded: i32): void {
  for (let begin = 0; begin < columns; begin += 8) {
    const width = min(8, columns - begin);
    let row = from + (<usize>begin << 2);
    for (let r = 0; r < rows; r++) {
      if (width == 8) {
        v128.store(to, v128.load(row));
        v128.store(to, v128.load(row, 16), 16);
      } else {
        for (let c = 0; c < 8; c++) store<f32>(to + (c << 2), c < width ? load<f32>(row + (c << 2)) : 0);
      }
      row += fromRow;
      to += 32;
    }
    memory.fill(to, 0, <usize>(padded - rows) << 5);
    to += <usize>(padded - rows) << 5;
  }
}

/** Rows eight by eight, each eight turned: [rows / 8, columns, 8], rows beyond the last being 0. */
export function turnPanels(from: usize, fromRow: usize, rows: i32, columns: i32, to: usize): void {
  const whole = columns & ~3;
  for (let begin = 0; begin < rows; begin += 4) {
    const r0 = from + <usize>begin * fromRow;
    const r1 = r0 + fromRow;
    const r2 = r1 + fromRow;
    const r3 = r2 + fromRow;
    const count = rows - begin;
    let at = to + <usize>(begin >> 3) * (<usize>columns << 5) + (begin & 4 ? 16 : 0);
    let c = 0;
    if (count >= 4) {
      for (; c < whole; c += 4) {
        const x0 = v128.load(r0 + (c << 2));
        const x1 = v128.load(r1 + (c << 2));
        const x2 = v128.load(r2 + (c << 2));
        const x3 = v128.load(r3 + (c << 2));
        const low01 = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5);
        const low23 = v128.shuffle<f32>(x2, x3, 0, 4, 1, 5);
        const high01 = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7);
        const high23 = v128.shuffle<f32>(x2, x3, 2, 6, 3, 7);
        v128.store(at, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
        v128.store(at, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), 32);
        v128.store(at, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 64);
        v128.store(at, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 96);
        at += 128;
      }
    }
    for (; c < columns; c++) {
      store<f32>(at, load<f32>(r0 + (c << 2)));
      store<f32>(at, count > 1 ? load<f32>(r1 + (c << 2)) : 0, 4);
      store<f32>(at, count > 2 ? load<f32>(r2 + (c << 2)) : 0, 8);
      store<f32>(at, count > 3 ? load<f32>(r3 + (c << 2)) : 0, 12);
      at += 32;
    }
  }
  if ((rows & 7) != 0 && (rows & 7) <= 4) {
    let at = to + <usize>(rows >> 3) * (<usize>columns << 5) + 16;
    for (let c = 0; c < columns; c++, at += 32) v128.store(at, f32x4.splat(0));
  }
}
