// A tile of a product, 6 rows by 8 columns: 12 sums, 2 pieces of b and 1 of a are what 15 registers hold. Up to 4 rows that
// are left over make a tile of 4. Not unrolled along the inner axis, which older compilers of JavaScript engines do not like.
import { fma } from './math';

// @ts-ignore: decorator
@inline
export function bytes(elements: i32): usize {
  return <usize>elements << 2;
}

/** The 6 or 4 × 8 elements at c are, or grow by, a panel of a times a panel of b. */
// @ts-ignore: decorator
@inline
export function multiplyTile(
  tall: i32, pa: usize, pb: usize, c: usize, cRow: usize, inner: i32, grow: bool,
): void {
  if (tall == 6) multiplySix(pa, pb, c, cRow, inner, grow);
  else multiplyFour(pa, pb, c, cRow, inner, grow);
}

function multiplySix(pa: usize, pb: usize, c: usize, cRow: usize, inner: i32, grow: bool): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0), c41 = f32x4.splat(0);
  let c50 = f32x4.splat(0), c51 = f32x4.splat(0);
  const c1 = c + cRow, c2 = c1 + cRow, c3 = c2 + cRow, c4 = c3 + cRow, c5 = c4 + cRow;
  if (grow) {
    c00 = v128.load(c); c01 = v128.load(c, 16);
    c10 = v128.load(c1); c11 = v128.load(c1, 16);
    c20 = v128.load(c2); c21 = v128.load(c2, 16);
    c30 = v128.load(c3); c31 = v128.load(c3, 16);
    c40 = v128.load(c4); c41 = v128.load(c4, 16);
    c50 = v128.load(c5); c51 = v128.load(c5, 16);
  }
  const end = pb + (<usize>inner << 5);
  while (pb < end) {
    const b0 = v128.load(pb), b1 = v128.load(pb, 16);
    const a0 = v128.load32_splat(pa);
    c00 = fma(a0, b0, c00); c01 = fma(a0, b1, c01);
    const a1 = v128.load32_splat(pa, 4);
    c10 = fma(a1, b0, c10); c11 = fma(a1, b1, c11);
    const a2 = v128.load32_splat(pa, 8);
    c20 = fma(a2, b0, c20); c21 = fma(a2, b1, c21);
    const a3 = v128.load32_splat(pa, 12);
    c30 = fma(a3, b0, c30); c31 = fma(a3, b1, c31);
    const a4 = v128.load32_splat(pa, 16);
    c40 = fma(a4, b0, c40); c41 = fma(a4, b1, c41);
    const a5 = v128.load32_splat(pa, 20);
    c50 = fma(a5, b0, c50); c51 = fma(a5, b1, c51);
    pa += 24;
    pb += 32;
  }
  v128.store(c, c00); v128.store(c, c01, 16);
  v128.store(c1, c10); v128.store(c1, c11, 16);
  v128.store(c2, c20); v128.store(c2, c21, 16);
  v128.store(c3, c30); v128.store(c3, c31, 16);
  v128.store(c4, c40); v128.store(c4, c41, 16);
  v128.store(c5, c50); v128.store(c5, c51, 16);
}

function multiplyFour(pa: usize, pb: usize, c: usize, cRow: usize, inner: i32, grow: bool): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  const c1 = c + cRow, c2 = c1 + cRow, c3 = c2 + cRow;
  if (grow) {
    c00 = v128.load(c); c01 = v128.load(c, 16);
    c10 = v128.load(c1); c11 = v128.load(c1, 16);
    c20 = v128.load(c2); c21 = v128.load(c2, 16);
    c30 = v128.load(c3); c31 = v128.load(c3, 16);
  }
  const end = pb + (<usize>inner << 5);
  while (pb < end) {
    const b0 = v128.load(pb), b1 = v128.load(pb, 16);
    const a0 = v128.load32_splat(pa);
    c00 = fma(a0, b0, c00); c01 = fma(a0, b1, c01);
    const a1 = v128.load32_splat(pa, 4);
    c10 = fma(a1, b0, c10); c11 = fma(a1, b1, c11);
    const a2 = v128.load32_splat(pa, 8);
    c20 = fma(a2, b0, c20); c21 = fma(a2, b1, c21);
    const a3 = v128.load32_splat(pa, 12);
    c30 = fma(a3, b0, c30); c31 = fma(a3, b1, c31);
    pa += 16;
    pb += 32;
  }
  v128.store(c, c00); v128.store(c, c01, 16);
  v128.store(c1, c10); v128.store(c1, c11, 16);
  v128.store(c2, c20); v128.store(c2, c21, 16);
  v128.store(c3, c30); v128.store(c3, c31, 16);
}

/** A tile at the border: made aside, and as much of it as there is room for is copied. */
export function multiplyEdge(
  tall: i32, pa: usize, pb: usize, c: usize, columns: i32, inner: i32, grow: bool, tile: usize, rows: i32, width: i32,
): void {
  for (let i = 0; grow && i < rows; i++) {
    for (let j = 0; j < width; j++) store<f32>(tile + bytes(i * 8 + j), load<f32>(c + bytes(i * columns + j)));
  }
  multiplyTile(tall, pa, pb, tile, 32, inner, grow);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < width; j++) store<f32>(c + bytes(i * columns + j), load<f32>(tile + bytes(i * 8 + j)));
  }
}

/** The height of the next panel where so many rows are left: an even number of rows leaves no gap. */
// @ts-ignore: decorator
@inline
export function panelOf(rows: i32): i32 {
  return rows <= 4 || rows == 7 || rows == 8 ? 4 : 6;
}
