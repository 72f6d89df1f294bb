// Matrix products: blocks of both operands are packed into the order in which a tile of 4 rows and 8 columns reads them.
import { fma } from './math';
import { fromRow } from './parts';

const tileBytes: usize = 4 * 8 * 4;

/**
 * c [batches, rows, columns] = a [batches, rows, inner] b [batches, inner, columns] (+ bias [columns]) (and relu).
 * Every element is summed in the order of the inner axis, whatever the number of threads. Steps count elements. So many
 * elements of the inner axis (depth), rows of a (height) and columns of b (width) are packed at a time.
 */
export function matMul(args: usize, thread: i32, threads: i32): void {
  const batches = load<i32>(args, 20);
  const rows = load<i32>(args, 24);
  const columns = load<i32>(args, 32);
  // A thread takes whole matrices where there are enough, else the rows or the columns of each, whichever are more.
  const byColumns = batches == 1 && columns > rows;
  const strips = byColumns ? (columns + 7) >> 3 : batches * ((rows + 3) >> 2);
  const begin = fromRow(strips, thread, threads);
  const end = fromRow(strips, thread + 1, threads);
  if (byColumns) {
    multiply(args, thread, 0, 0, rows, begin << 3, min(columns, end << 3));
    return;
  }
  const perBatch = (rows + 3) >> 2;
  for (let strip = begin; strip < end; ) {
    const batch = strip / perBatch;
    const first = strip - batch * perBatch;
    const last = min(perBatch, end - batch * perBatch);
    multiply(args, thread, batch, first << 2, min(rows, last << 2), 0, columns);
    strip = batch * perBatch + last;
  }
}

/** Rows and columns of one product. */
function multiply(args: usize, thread: i32, batch: i32, row0: i32, row1: i32, column0: i32, column1: i32): void {
  const rows = load<i32>(args, 24);
  const inner = load<i32>(args, 28);
  const columns = load<i32>(args, 32);
  const aBatch = load<i32>(args, 36);
  const aRow = load<i32>(args, 40);
  const aInner = load<i32>(args, 44);
  const bBatch = load<i32>(args, 48);
  const bInner = load<i32>(args, 52);
  const bColumn = load<i32>(args, 56);
  const a = load<u32>(args) + bytes(batch * aBatch);
  const b = load<u32>(args, 4) + bytes(batch * bBatch);
  const c = load<u32>(args, 8) + bytes(batch * rows * columns);
  const bias = load<u32>(args, 12);
  const relu = load<i32>(args, 60);
  const depth = load<i32>(args, 64);
  const height = load<i32>(args, 68);
  const width = load<i32>(args, 72);
  const tile = load<u32>(args, 16) + <usize>thread * (tileBytes + bytes(depth * (height + width)));
  const aPanels = tile + tileBytes;
  const bPanels = aPanels + bytes(depth * height);

  for (let column = column0; column < column1; column += width) {
    const columnsHere = min(width, column1 - column);
    for (let k = 0; k < inner || k == 0; k += depth) {
      const depthHere = min(depth, inner - k);
      packB(bPanels, b + bytes(k * bInner + column * bColumn), depthHere, columnsHere, bInner, bColumn);
      for (let row = row0; row < row1; row += height) {
        const rowsHere = min(height, row1 - row);
        packA(aPanels, a + bytes(row * aRow + k * aInner), rowsHere, depthHere, aRow, aInner);
        for (let j = 0; j < columnsHere; j += 8) {
          const pb = bPanels + bytes(j * depthHere);
          for (let i = 0; i < rowsHere; i += 4) {
            const pa = aPanels + bytes(i * depthHere);
            const pc = c + bytes((row + i) * columns + column + j);
            if (rowsHere - i >= 4 && columnsHere - j >= 8) {
              multiplyTile(pa, pb, pc, bytes(columns), depthHere, k > 0);
            } else {
              multiplyEdge(pa, pb, pc, columns, depthHere, k > 0, tile, min(4, rowsHere - i), min(8, columnsHere - j));
            }
          }
        }
      }
    }
  }
  if (bias || relu) finish(c, columns, bias, relu, row0, row1, column0, column1);
}

// @ts-ignore: decorator
@inline
function bytes(elements: i32): usize {
  return <usize>elements << 2;
}

/** The 4 × 8 elements at c are, or grow by, a panel of a times a panel of b. */
// @ts-ignore: decorator
@inline
function multiplyTile(pa: usize, pb: usize, c: usize, cRow: usize, inner: i32, grow: bool): void {
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
function multiplyEdge(
  pa: usize, pb: usize, c: usize, columns: i32, inner: i32, grow: bool, tile: usize, rows: i32, width: i32,
): void {
  for (let i = 0; grow && i < rows; i++) {
    for (let j = 0; j < width; j++) store<f32>(tile + bytes(i * 8 + j), load<f32>(c + bytes(i * columns + j)));
  }
  multiplyTile(pa, pb, tile, 32, inner, grow);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < width; j++) store<f32>(c + bytes(i * columns + j), load<f32>(tile + bytes(i * 8 + j)));
  }
}

/** Panels of 4 rows: [panel, inner, 4], with zeros below the last row. */
function packA(to: usize, a: usize, rows: i32, inner: i32, rowStep: i32, innerStep: i32): void {
  const step = bytes(innerStep), next = bytes(rowStep);
  for (let row = 0; row < rows; row += 4) {
    let from = a + bytes(row * rowStep);
    const end = to + (<usize>inner << 4);
    if (rows - row < 4) {
      for (; to < end; to += 16, from += step) {
        for (let i = 0; i < 4; i++) store<f32>(to + bytes(i), row + i < rows ? load<f32>(from + <usize>i * next) : 0);
      }
    } else if (rowStep == 1) {
      for (; to < end; to += 16, from += step) v128.store(to, v128.load(from));
    } else {
      const row1 = next, row2 = next * 2, row3 = next * 3;
      if (innerStep == 1) {
        const whole = to + (<usize>(inner & ~3) << 4);
        for (; to < whole; to += 64, from += 16) {
          const r0 = v128.load(from), r1 = v128.load(from + row1), r2 = v128.load(from + row2), r3 = v128.load(from + row3);
          const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
          const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
          v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
          v128.store(to, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), 16);
          v128.store(to, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 32);
          v128.store(to, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 48);
        }
      }
      for (; to < end; to += 16, from += step) {
        store<f32>(to, load<f32>(from));
        store<f32>(to, load<f32>(from + row1), 4);
        store<f32>(to, load<f32>(from + row2), 8);
        store<f32>(to, load<f32>(from + row3), 12);
      }
    }
  }
}

/** Panels of 8 columns: [panel, inner, 8], with zeros beyond the last column. */
function packB(to: usize, b: usize, inner: i32, columns: i32, innerStep: i32, columnStep: i32): void {
  const step = bytes(innerStep), next = bytes(columnStep);
  for (let column = 0; column < columns; column += 8) {
    let from = b + bytes(column * columnStep);
    const end = to + (<usize>inner << 5);
    if (columns - column < 8) {
      for (; to < end; to += 32, from += step) {
        for (let j = 0; j < 8; j++) store<f32>(to + bytes(j), column + j < columns ? load<f32>(from + <usize>j * next) : 0);
      }
    } else if (columnStep == 1) {
      for (; to < end; to += 32, from += step) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
      }
    } else {
      if (innerStep == 1) {
        const whole = to + (<usize>(inner & ~3) << 5);
        for (; to < whole; to += 128, from += 16) {
          for (let half: usize = 0; half < 2; half++) {
            const at = from + half * 4 * next, out = to + half * 16;
            const r0 = v128.load(at), r1 = v128.load(at + next), r2 = v128.load(at + next * 2), r3 = v128.load(at + next * 3);
            const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
            const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
            v128.store(out, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
            v128.store(out, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), 32);
            v128.store(out, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 64);
            v128.store(out, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 96);
          }
        }
      }
      for (; to < end; to += 32, from += step) {
        for (let j: usize = 0; j < 8; j++) store<f32>(to + (j << 2), load<f32>(from + j * next));
      }
    }
  }
}

/** Adds the bias, then takes the positive part (NaN stays NaN). */
function finish(c: usize, columns: i32, bias: usize, relu: i32, row0: i32, row1: i32, column0: i32, column1: i32): void {
  for (let row = row0; row < row1; row++) {
    for (let column = column0; column < column1; column++) {
      const at = c + bytes(row * columns + column);
      let value = load<f32>(at);
      if (bias) value += load<f32>(bias + bytes(column));
      if (relu) value = max<f32>(value, 0);
      store<f32>(at, value);
    }
  }
}
