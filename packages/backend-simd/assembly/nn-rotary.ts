// Rotary positions: pairs of numbers turn, forward or back, by the angles of a table.
import { fma } from './math';
import { fromRow } from './parts';

/**
 * x [rows, headDim], the row r at position r modulo time; cosine and sine [time, headDim], as the pairs lie, the sine
 * of the first of a pair being negative. `direction` is 1, or -1 to turn back; `reach` how far the two of a pair lie
 * apart.
 */
export function rotate(a: usize, thread: i32, threads: i32): void {
  const x = load<usize>(a);
  const cosine = load<usize>(a, 4);
  const sine = load<usize>(a, 8);
  const y = load<usize>(a, 12);
  const rows = load<i32>(a, 16);
  const time = load<i32>(a, 20);
  const headDim = load<i32>(a, 24);
  const reach = load<i32>(a, 28);
  const direction = load<f32>(a, 32);
  const bytes = <usize>headDim << 2;
  const half = <usize>reach << 2;
  const directions = f32x4.splat(direction);
  const end = fromRow(rows, thread + 1, threads);
  for (let r = fromRow(rows, thread, threads); r < end; r++) {
    const from = x + <usize>r * bytes;
    const to = y + <usize>r * bytes;
    const angles = <usize>(r % time) * bytes;
    let i: usize = 0;
    if (reach > 1) {
      for (; i + 16 <= half; i += 16) {
        const first = v128.load(from + i);
        const second = v128.load(from + half + i);
        const s = f32x4.mul(v128.load(sine + angles + half + i), directions);
        const c = v128.load(cosine + angles + i);
        v128.store(to + i, fma(first, c, f32x4.neg(f32x4.mul(second, s))));
        v128.store(to + half + i, fma(second, c, f32x4.mul(first, s)));
      }
      for (; i < half; i += 4) turn(from, to, i, i + half, cosine + angles, sine + angles, direction);
    } else {
      for (; i + 16 <= bytes; i += 16) {
        const v = v128.load(from + i);
        const swapped = v128.shuffle<f32>(v, v, 1, 0, 3, 2);
        const s = f32x4.mul(v128.load(sine + angles + i), directions);
        v128.store(to + i, fma(v, v128.load(cosine + angles + i), f32x4.mul(swapped, s)));
      }
      for (; i < bytes; i += 8) turn(from, to, i, i + 4, cosine + angles, sine + angles, direction);
    }
  }
}

// @ts-expect-error: decorator
@inline
function turn(from: usize, to: usize, i: usize, j: usize, cosine: usize, sine: usize, direction: f32): void {
  const first = load<f32>(from + i);
  const second = load<f32>(from + j);
  const s = load<f32>(sine + j) * direction;
  store<f32>(to + i, first * load<f32>(cosine + i) - second * s);
  store<f32>(to + j, second * load<f32>(cosine + j) + first * s);
}
