// What both directions of attention share: where things lie, and how scores become weights.
import { fma } from './math';
import { drawKept, thin } from './nn-dropout';
import { C1, C2, C3, C4, C5, kept, LOG2_E, power, ROUND } from './nn-power';
import { maxLanes, sumLanes } from './nn-rows';
import { tile } from './nn-tiles';

// The arguments that both directions share, in their order; see src/commands/nn-attention.ts.
export const scratchAt: usize = 24;
export const sizesAt: usize = 32;
export const restAt: usize = 92; // behind what they share

/** Bytes from one head to the next: within a row where packed, else behind all rows of the head before. */
// @ts-expect-error: decorator
@inline
export function headStep(packed: bool, rows: i32, width: i32): usize {
  return <usize>(packed ? width : rows * width) << 2;
}

// @ts-expect-error: decorator
@inline
export function padTo8(n: i32): i32 {
  return (n + 7) & ~7;
}

// @ts-expect-error: decorator
@inline
export function queryAddress(a: usize, b: i32, h: i32): usize {
  const heads = load<i32>(a, sizesAt + 4);
  const keyHeads = load<i32>(a, sizesAt + 8);
  const time = load<i32>(a, sizesAt + 12);
  const headDim = load<i32>(a, sizesAt + 20);
  const valueDim = load<i32>(a, sizesAt + 24);
  const packed = load<i32>(a, sizesAt + 48) != 0;
  const width = packed ? heads * headDim + keyHeads * (headDim + valueDim) : heads * headDim;
  return load<usize>(a) + (<usize>(b * time * width) << 2) + <usize>h * headStep(packed, time, headDim);
}

// @ts-expect-error: decorator
@inline
export function keyAddress(a: usize, b: i32, h: i32): usize {
  const heads = load<i32>(a, sizesAt + 4);
  const keyHeads = load<i32>(a, sizesAt + 8);
  const keys = load<i32>(a, sizesAt + 16);
  const headDim = load<i32>(a, sizesAt + 20);
  const valueDim = load<i32>(a, sizesAt + 24);
  const packed = load<i32>(a, sizesAt + 48) != 0;
  const width = packed ? heads * headDim + keyHeads * (headDim + valueDim) : keyHeads * headDim;
  const before = packed ? heads * headDim : 0;
  return load<usize>(a, 4) + (<usize>(b * keys * width + before) << 2) + <usize>h * headStep(packed, keys, headDim);
}

// @ts-expect-error: decorator
@inline
export function valueAddress(a: usize, b: i32, h: i32): usize {
  const heads = load<i32>(a, sizesAt + 4);
  const keyHeads = load<i32>(a, sizesAt + 8);
  const keys = load<i32>(a, sizesAt + 16);
  const headDim = load<i32>(a, sizesAt + 20);
  const valueDim = load<i32>(a, sizesAt + 24);
  const packed = load<i32>(a, sizesAt + 48) != 0;
  const width = packed ? heads * headDim + keyHeads * (headDim + valueDim) : keyHeads * valueDim;
  const before = packed ? (heads + keyHeads) * headDim : 0;
  return load<usize>(a, 8) + (<usize>(b * keys * width + before) << 2) + <usize>h * headStep(packed, keys, valueDim);
}

/** The first key that the query at row t sees; the last one is t + keys - time. */
// @ts-expect-error: decorator
@inline
export function outputAddress(a: usize, output: usize, b: i32, h: i32): usize {
  const heads = load<i32>(a, sizesAt + 4);
  const time = load<i32>(a, sizesAt + 12);
  const valueDim = load<i32>(a, sizesAt + 24);
  const packed = load<i32>(a, sizesAt + 48) != 0;
  return output + (<usize>(b * heads * time * valueDim) << 2) + <usize>h * headStep(packed, time, valueDim);
}

// @ts-expect-error: decorator
@inline
export function firstKey(a: usize, t: i32): i32 {
  const place = t + load<i32>(a, sizesAt + 16) - load<i32>(a, sizesAt + 12);
  return max(0, place - load<i32>(a, sizesAt + 28) + 1);
}

/** Four queries (or gradients of outputs) times the turned keys (or values) between `from` and `to`, multiples of 8. */
export function scores(
  rows: usize, width: i32, turned: usize, out: usize, row: usize, from: i32, to: i32, depth: i32,
): void {
  for (let k = from; k < to; k += 8) {
    tile(rows, <usize>width << 2, 4, turned + (<usize>(k * depth) << 2), 32, depth, out + (<usize>k << 2), row, false);
  }
}

/** The mask's row for a query, or 0 where there is none. */
// @ts-expect-error: decorator
@inline
export function maskRow(a: usize, b: i32, h: i32, t: i32): usize {
  const mask = load<usize>(a, 16);
  const step = b * load<i32>(a, sizesAt + 36) + h * load<i32>(a, sizesAt + 40) + t * load<i32>(a, sizesAt + 44);
  return mask ? mask + (<usize>step << 2) : 0;
}

/** A row of scores, from key `low` on, becomes weights: bias and mask are added, what it does not see is exactly 0. */
export function weigh(
  a: usize, b: i32, h: i32, t: i32, row: usize, low: i32, from: i32, to: i32,
): void {
  const heads = load<i32>(a, sizesAt + 4);
  const time = load<i32>(a, sizesAt + 12);
  const keys = load<i32>(a, sizesAt + 16);
  const high = t + keys - time + 1;
  const bias = load<usize>(a, 12);
  const mask = maskRow(a, b, h, t);
  if (bias) {
    addPart(bias + (<usize>((h * time + t) * keys) << 2), row, low, high);
  }
  if (mask) addPart(mask, row, low, high);
  for (let k = from; k < low; k++) store<f32>(row + (k << 2), -Infinity);
  for (let k = high; k < to; k++) store<f32>(row + (k << 2), -Infinity);
  softmaxRow(row + (<usize>from << 2), row + (<usize>to << 2));
}

/** dScore = weight · (dWeight - Σ weight · dWeight), in place of dWeight. */
export function weighGradient(weights: usize, dWeights: usize, from: i32, to: i32): void {
  const begin = <usize>from << 2;
  const end = <usize>to << 2;
  let along = f32x4.splat(0);
  for (let k = begin; k < end; k += 16) along = fma(v128.load(weights + k), v128.load(dWeights + k), along);
  const total = f32x4.splat(sumLanes(along));
  for (let k = begin; k < end; k += 16) {
    v128.store(dWeights + k, f32x4.mul(v128.load(weights + k), f32x4.sub(v128.load(dWeights + k), total)));
  }
}

/** In place, over whole vectors: e^(x - max) / Σ e^(x - max), exactly 0 below the smallest normal number. */
function softmaxRow(row: usize, end: usize): void {
  const zero = <i32>(end - row) >> 31;
  const one = kept(1, zero);
  const round = kept(ROUND, zero);
  const c1 = kept(C1, zero);
  const c2 = kept(C2, zero);
  const c3 = kept(C3, zero);
  const c4 = kept(C4, zero);
  const c5 = kept(C5, zero);
  const least = kept(-126, zero);
  const scale = kept(LOG2_E, zero);
  let most = v128.load(row);
  for (let at = row + 16; at < end; at += 16) {
    const x = v128.load(at);
    most = v128.bitselect(x, most, f32x4.gt(x, most));
  }
  most = f32x4.splat(maxLanes(most));
  let total = f32x4.splat(0);
  for (let at = row; at < end; at += 16) {
    const t = f32x4.mul(f32x4.sub(v128.load(at), most), scale);
    const e = v128.andnot(power(t, round, one, c1, c2, c3, c4, c5), f32x4.lt(t, least));
    total = f32x4.add(total, e);
    v128.store(at, e);
  }
  const share = f32x4.splat(1 / sumLanes(total));
  for (let at = row; at < end; at += 16) v128.store(at, f32x4.mul(v128.load(at), share));
}

/** What dropout keeps of four queries from t on, for keys between `from` and `to`: 16 bytes of each for eight keys. */
export function drawWeights(a: usize, b: i32, h: i32, t: i32, kept: usize, from: i32, to: i32): void {
  const seed = load<i32>(load<usize>(a, 20));
  const limit = load<i32>(a, sizesAt + 52);
  const queries = i32x4.add(i32x4.splat(t), i32x4(0, 1, 2, 3));
  const head = i32x4.splat(h);
  const batch = i32x4.splat(b);
  for (let k = from; k < to; k += 8) {
    drawKept(kept + (<usize>k << 3), i32x4.splat(k >> 3), queries, head, batch, seed, limit);
  }
}

/** Thins out the r-th query's row of weights, or of their gradients. */
export function dropWeights(a: usize, row: usize, kept: usize, r: i32, from: i32, to: i32): void {
  const growth = v128.load32_splat(a, sizesAt + 56);
  for (let k = <usize>from; k < <usize>to; k += 8) {
    thin(row + (k << 2), row + (k << 2), kept + (k << 3) + (<usize>r << 4), growth);
  }
}

/** to[k] += from[k] for k from low to high. */
export function addPart(from: usize, to: usize, low: i32, high: i32): void {
  let k = low;
  for (; k + 4 <= high; k += 4) {
    v128.store(to + (k << 2), f32x4.add(v128.load(to + (k << 2)), v128.load(from + (k << 2))));
  }
  for (; k < high; k++) store<f32>(to + (k << 2), load<f32>(to + (k << 2)) + load<f32>(from + (k << 2)));
}
