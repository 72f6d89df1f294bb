// Matrix products: blocks of both operands are packed into the order in which tiles of the product read them.
import { packA, packB } from './gemm-pack';
import { bytes, multiplyEdge, multiplyTile, panelOf } from './gemm-tiles';
import { fromRow } from './parts';

const tileBytes: usize = 6 * 8 * 4;

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
  const strips = byColumns ? (columns + 7) >> 3 : batches * ((rows + 5) / 6);
  const begin = fromRow(strips, thread, threads);
  const end = fromRow(strips, thread + 1, threads);
  if (byColumns) {
    multiply(args, thread, 0, 0, rows, begin << 3, min(columns, end << 3));
    return;
  }
  const perBatch = (rows + 5) / 6;
  for (let strip = begin; strip < end; ) {
    const batch = strip / perBatch;
    const first = strip - batch * perBatch;
    const last = min(perBatch, end - batch * perBatch);
    multiply(args, thread, batch, first * 6, min(rows, last * 6), 0, columns);
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
          for (let i = 0, tall = 0; i < rowsHere; i += tall) {
            const pa = aPanels + bytes(i * depthHere);
            const pc = c + bytes((row + i) * columns + column + j);
            const rowsLeft = rowsHere - i, columnsLeft = columnsHere - j;
            tall = panelOf(rowsLeft);
            if (rowsLeft >= tall && columnsLeft >= 8) {
              multiplyTile(tall, pa, pb, pc, bytes(columns), depthHere, k > 0);
            } else {
              multiplyEdge(tall, pa, pb, pc, columns, depthHere, k > 0, tile, min(tall, rowsLeft), min(8, columnsLeft));
            }
          }
        }
      }
    }
  }
  if (bias || relu) finish(c, columns, bias, relu, row0, row1, column0, column1);
}

/** Adds the bias, then takes the positive part (NaN stays NaN). */
export function finish(c: usize, columns: i32, bias: usize, relu: i32, row0: i32, row1: i32, column0: i32, column1: i32): void {
  for (let row = row0; row < row1; row++) {
    const line = c + bytes(row * columns);
    let column = column0;
    for (; column + 4 <= column1; column += 4) {
      let values = v128.load(line + bytes(column));
      if (bias) values = f32x4.add(values, v128.load(bias + bytes(column)));
      if (relu) values = f32x4.max(values, f32x4.splat(0));
      v128.store(line + bytes(column), values);
    }
    for (; column < column1; column++) {
      let value = load<f32>(line + bytes(column));
      if (bias) value += load<f32>(bias + bytes(column));
      if (relu) value = max<f32>(value, 0);
      store<f32>(line + bytes(column), value);
    }
  }
}
