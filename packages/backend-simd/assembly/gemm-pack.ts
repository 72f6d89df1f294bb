// Puts blocks of the operands of a product into panels, in the order in which a tile reads them.
import { bytes, panelOf } from './gemm-tiles';

/** Panels of 6 rows or 4: [panel, inner, height], with zeros below the last row. */
export function packA(to: usize, a: usize, rows: i32, inner: i32, rowStep: i32, innerStep: i32): void {
  const next = bytes(rowStep), step = bytes(innerStep);
  for (let row = 0, tall = 0; row < rows; row += tall) {
    const from = a + bytes(row * rowStep);
    tall = panelOf(rows - row);
    const stride = bytes(tall);
    if (next == 4 && rows - row >= tall) {
      packAcross(to, tall, from, inner, step);
    } else if (rows - row >= tall) {
      packFour(to, stride, from, inner, next, step);
      if (tall == 6) packTwo(to + 16, stride, from + 4 * next, inner, next, step);
    } else {
      for (let k = 0; k < inner; k++) {
        const at = to + <usize>k * stride, row0 = from + <usize>k * step;
        for (let i = 0; i < tall; i++) store<f32>(at + bytes(i), row + i < rows ? load<f32>(row0 + <usize>i * next) : 0);
      }
    }
    to += <usize>inner * stride;
  }
}

/** A panel whose rows are neighbours, as in a transposed operand: each line of memory is touched once. */
function packAcross(to: usize, tall: i32, from: usize, inner: i32, step: usize): void {
  const stride = bytes(tall);
  const end = to + <usize>inner * stride;
  if (tall == 4) {
    for (; to < end; to += 16, from += step) v128.store(to, v128.load(from));
  } else {
    for (; to < end; to += 24, from += step) {
      v128.store(to, v128.load(from));
      store<u64>(to, load<u64>(from, 16), 16);
    }
  }
}

/** 4 rows of a panel, `stride` bytes apart along the inner axis. */
function packFour(to: usize, stride: usize, from: usize, inner: i32, next: usize, step: usize): void {
  const end = to + <usize>inner * stride;
  const row2 = next * 2, row3 = next * 3;
  if (step == 4) {
    const whole = to + <usize>(inner & ~3) * stride;
    for (; to < whole; to += stride * 4, from += 16) {
      const r0 = v128.load(from), r1 = v128.load(from + next), r2 = v128.load(from + row2), r3 = v128.load(from + row3);
      const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
      v128.store(to + stride, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
      v128.store(to + stride * 2, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
      v128.store(to + stride * 3, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
    }
  }
  for (; to < end; to += stride, from += step) {
    store<f32>(to, load<f32>(from));
    store<f32>(to, load<f32>(from + next), 4);
    store<f32>(to, load<f32>(from + row2), 8);
    store<f32>(to, load<f32>(from + row3), 12);
  }
}

/** 2 rows. */
function packTwo(to: usize, stride: usize, from: usize, inner: i32, next: usize, step: usize): void {
  const end = to + <usize>inner * stride;
  if (step == 4) {
    const whole = to + <usize>(inner & ~3) * stride;
    for (; to < whole; to += stride * 4, from += 16) {
      const r0 = v128.load(from), r1 = v128.load(from + next);
      const low = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), high = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      v128.store64_lane(to, low, 0);
      v128.store64_lane(to + stride, low, 1);
      v128.store64_lane(to + stride * 2, high, 0);
      v128.store64_lane(to + stride * 3, high, 1);
    }
  }
  for (; to < end; to += stride, from += step) {
    store<f32>(to, load<f32>(from));
    store<f32>(to, load<f32>(from + next), 4);
  }
}

/** Panels of 8 columns: [panel, inner, 8], with zeros beyond the last column. */
export function packB(to: usize, b: usize, inner: i32, columns: i32, innerStep: i32, columnStep: i32): void {
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
