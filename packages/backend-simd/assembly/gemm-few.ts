// Products of few rows, as in generation: b is read once, as it lies in memory, and nothing is packed.
import { finish } from './gemm';
import { bytes } from './gemm-tiles';
import { fma } from './math';
import { fromRow } from './parts';

/** c [rows, columns] = a [rows, inner] b [inner, columns] (+ bias [columns]) (and relu); inner is not 0. */
export function matMulFew(args: usize, thread: i32, threads: i32): void {
  const rows = load<i32>(args, 16);
  const inner = load<i32>(args, 20);
  const columns = load<i32>(args, 24);
  const strips = (columns + 15) >> 4; // of a cache line
  const begin = fromRow(strips, thread, threads) << 4;
  const end = min(columns, fromRow(strips, thread + 1, threads) << 4);
  if (load<i32>(args, 40) == 1) alongRows(args, rows, inner, columns, begin, end);
  else acrossRows(args, rows, inner, columns, begin, end);
  const bias = load<u32>(args, 12);
  const relu = load<i32>(args, 44);
  if (bias || relu) finish(load<u32>(args, 8), columns, bias, relu, 0, rows, begin, end);
}

/** Columns of b are neighbours: eight rows of b at a time are added to c. */
function alongRows(args: usize, rows: i32, inner: i32, columns: i32, begin: i32, end: i32): void {
  const a = load<u32>(args);
  const b = load<u32>(args, 4);
  const c = load<u32>(args, 8);
  const aRow = bytes(load<i32>(args, 28));
  const aInner = bytes(load<i32>(args, 32));
  const bInner = bytes(load<i32>(args, 36));
  const whole = begin + ((end - begin) & ~3);
  for (let k = 0; k < inner; k += 8) {
    const from = b + <usize>k * bInner;
    for (let row = 0; row < rows; row++) {
      const x = a + <usize>row * aRow + <usize>k * aInner;
      const y = c + bytes(row * columns);
      if (inner - k >= 8) {
        addEight(x, aInner, from + bytes(begin), bInner, y + bytes(begin), y + bytes(whole), k > 0);
      } else {
        for (let i = 0; i < inner - k; i++) {
          const at = from + <usize>i * bInner;
          addOne(x + <usize>i * aInner, at + bytes(begin), y + bytes(begin), y + bytes(whole), k + i > 0);
        }
      }
    }
  }
  for (let row = 0; row < rows; row++) {
    const x = a + <usize>row * aRow;
    for (let column = whole; column < end; column++) {
      let sum = f32x4.splat(0);
      for (let k = 0; k < inner; k++) {
        const weight = v128.load32_splat(b + <usize>k * bInner + bytes(column));
        sum = fma(v128.load32_splat(x + <usize>k * aInner), weight, sum);
      }
      v128.store32_lane(c + bytes(row * columns + column), sum, 0);
    }
  }
}

/** c (or nothing yet) += x0 b0 + x1 b1 + … */
function addEight(x: usize, step: usize, b: usize, row: usize, c: usize, end: usize, grow: bool): void {
  const x0 = v128.load32_splat(x), x1 = v128.load32_splat(x + step);
  const x2 = v128.load32_splat(x + step * 2), x3 = v128.load32_splat(x + step * 3);
  const x4 = v128.load32_splat(x + step * 4), x5 = v128.load32_splat(x + step * 5);
  const x6 = v128.load32_splat(x + step * 6), x7 = v128.load32_splat(x + step * 7);
  const row3 = row * 3, row5 = row * 5, row7 = row * 7;
  for (; c < end; c += 16, b += 16) {
    let sum = grow ? v128.load(c) : f32x4.splat(0);
    sum = fma(x0, v128.load(b), sum);
    sum = fma(x1, v128.load(b + row), sum);
    sum = fma(x2, v128.load(b + row * 2), sum);
    sum = fma(x3, v128.load(b + row3), sum);
    sum = fma(x4, v128.load(b + row * 4), sum);
    sum = fma(x5, v128.load(b + row5), sum);
    sum = fma(x6, v128.load(b + row * 6), sum);
    sum = fma(x7, v128.load(b + row7), sum);
    v128.store(c, sum);
  }
}

/** c (or nothing yet) += x b */
function addOne(x: usize, b: usize, c: usize, end: usize, grow: bool): void {
  const weight = v128.load32_splat(x);
  for (; c < end; c += 16, b += 16) {
    v128.store(c, fma(weight, v128.load(b), grow ? v128.load(c) : f32x4.splat(0)));
  }
}

/** Columns of b lie along rows of memory: four of them at a time. */
function acrossRows(args: usize, rows: i32, inner: i32, columns: i32, begin: i32, end: i32): void {
  const a = load<u32>(args);
  const b = load<u32>(args, 4);
  const c = load<u32>(args, 8);
  const aRow = bytes(load<i32>(args, 28));
  const bColumn = bytes(load<i32>(args, 40));
  for (let column = begin; column < end; column += 4) {
    const from = b + <usize>column * bColumn;
    const count = min(4, end - column);
    for (let row = 0; row < rows; row++) {
      let sums = sumFour(a + <usize>row * aRow, from, bColumn, <usize>(count - 1), inner);
      let y = c + bytes(row * columns + column);
      if (count == 4) {
        v128.store(y, sums);
      } else {
        for (let i = 0; i < count; i++, y += 4) {
          v128.store32_lane(y, sums, 0);
          sums = v128.shuffle<f32>(sums, sums, 1, 2, 3, 0);
        }
      }
    }
  }
}

/** Products of x with four columns; beyond the last one, it is read again. Eight sums each, which are then added. */
function sumFour(x: usize, b: usize, column: usize, last: usize, inner: i32): v128 {
  const b1 = min<usize>(1, last) * column, b2 = min<usize>(2, last) * column, b3 = last * column;
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  let t0 = s0, t1 = s0, t2 = s0, t3 = s0;
  const end = b + bytes(inner);
  const whole = b + bytes(inner & ~7);
  for (; b < whole; b += 32, x += 32) {
    const x0 = v128.load(x), x1 = v128.load(x, 16);
    s0 = fma(x0, v128.load(b), s0);
    t0 = fma(x1, v128.load(b, 16), t0);
    s1 = fma(x0, v128.load(b + b1), s1);
    t1 = fma(x1, v128.load(b + b1, 16), t1);
    s2 = fma(x0, v128.load(b + b2), s2);
    t2 = fma(x1, v128.load(b + b2, 16), t2);
    s3 = fma(x0, v128.load(b + b3), s3);
    t3 = fma(x1, v128.load(b + b3, 16), t3);
  }
  s0 = f32x4.add(s0, t0);
  s1 = f32x4.add(s1, t1);
  s2 = f32x4.add(s2, t2);
  s3 = f32x4.add(s3, t3);
  const low01 = v128.shuffle<f32>(s0, s1, 0, 4, 1, 5), high01 = v128.shuffle<f32>(s0, s1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(s2, s3, 0, 4, 1, 5), high23 = v128.shuffle<f32>(s2, s3, 2, 6, 3, 7);
  const even = f32x4.add(v128.shuffle<f32>(low01, low23, 0, 1, 4, 5), v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
  const odd = f32x4.add(v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
  let sums = f32x4.add(even, odd);
  for (; b < end; b += 4, x += 4) {
    const four = f32x4(load<f32>(b), load<f32>(b + b1), load<f32>(b + b2), load<f32>(b + b3));
    sums = fma(v128.load32_splat(x), four, sums);
  }
  return sums;
}
