// Causal attention: scores, softmax and weighted sum of four queries at a time, over no more keys than they see.
import { fma } from './math';
import {
  drawWeights,
  dropWeights,
  firstKey,
  keyAddress,
  maskRow,
  outputAddress,
  padTo8,
  queryAddress,
  restAt,
  scores,
  scratchAt,
  sizesAt,
  valueAddress,
  weigh,
} from './nn-attention-parts';
import { sumLanes } from './nn-rows';
import { copyBack, copyPanels, copyRows, tile, turnPanels } from './nn-tiles';
import { fromRow } from './parts';

/** One thread's queries: each head of keys and values is copied once, for all query heads that share it. */
export function causalAttention(a: usize, thread: i32, threads: i32): void {
  const scratch = load<usize>(a, scratchAt) + <usize>thread * load<usize>(a, scratchAt + 4);
  const batch = load<i32>(a, sizesAt);
  const heads = load<i32>(a, sizesAt + 4);
  const keyHeads = load<i32>(a, sizesAt + 8);
  const time = load<i32>(a, sizesAt + 12);
  const keys = load<i32>(a, sizesAt + 16);
  const headDim = load<i32>(a, sizesAt + 20);
  const valueDim = load<i32>(a, sizesAt + 24);
  const scale = load<f32>(a, sizesAt + 32);
  const packed = load<i32>(a, sizesAt + 48) != 0;
  const seed = load<usize>(a, 20);
  const output = load<usize>(a, restAt);
  const group = heads / keyHeads;
  const packedRow = <usize>(heads * headDim + keyHeads * (headDim + valueDim)) << 2;
  const queryRow = packed ? packedRow : <usize>headDim << 2;
  const valueRow = packed ? packedRow : <usize>valueDim << 2;
  const outputRow = <usize>(packed ? heads * valueDim : valueDim) << 2;

  const paddedKeys = padTo8(keys);
  const paddedValue = padTo8(valueDim);
  const keysTurned = scratch; // [paddedKeys / 8, headDim, 8]
  const values = keysTurned + (<usize>(headDim * paddedKeys) << 2); // [paddedValue / 8, paddedKeys, 8]
  const queries = values + (<usize>(paddedKeys * paddedValue) << 2); // [4, headDim]
  const weights = queries + (<usize>(4 * headDim) << 2); // [4, paddedKeys]
  const gathered = weights + (<usize>(4 * paddedKeys) << 2); // [4, paddedValue]
  const kept = gathered + (<usize>(4 * paddedValue) << 2); // of weights, where some are dropped: [paddedKeys / 8, 4, 8]
  const weightsRow = <usize>paddedKeys << 2;
  const valuesPanel = <usize>paddedKeys << 5;
  const gatheredRow = <usize>paddedValue << 2;

  const units = batch * keyHeads;
  const end = fromRow(units, thread + 1, threads);
  for (let unit = fromRow(units, thread, threads); unit < end; unit++) {
    const b = unit / keyHeads;
    const keyHead = unit % keyHeads;
    const key = keyAddress(a, b, keyHead);
    const value = valueAddress(a, b, keyHead);
    if (time < 4) {
      for (let h = keyHead * group; h < (keyHead + 1) * group; h++) {
        for (let t = 0; t < time; t++) {
          const query = queryAddress(a, b, h) + <usize>t * queryRow;
          const out = outputAddress(a, output, b, h) + <usize>t * outputRow;
          attendRow(a, b, h, t, query, key, queryRow, value, valueRow, out, weights, kept);
        }
      }
      continue;
    }
    turnPanels(key, queryRow, keys, headDim, keysTurned);
    copyPanels(value, valueRow, keys, valueDim, values, paddedKeys);
    for (let h = keyHead * group; h < (keyHead + 1) * group; h++) {
      const query = queryAddress(a, b, h);
      const out = outputAddress(a, output, b, h);
      for (let t = 0; t < time; t += 4) {
        const rows = min(4, time - t);
        copyRows(query + <usize>t * queryRow, queryRow, rows, headDim, queries, headDim, scale);
        const from = firstKey(a, t) & ~7;
        const until = t + rows + keys - time;
        const to = padTo8(until);
        scores(queries, headDim, keysTurned, weights, weightsRow, from, to, headDim);
        for (let r = 0; r < rows; r++) {
          weigh(a, b, h, t + r, weights + <usize>r * weightsRow, firstKey(a, t + r), from, to);
        }
        if (seed) {
          drawWeights(a, b, h, t, kept, from, to);
          for (let r = 0; r < rows; r++) dropWeights(a, weights + <usize>r * weightsRow, kept, r, from, to);
        }
        let panel = values + (<usize>from << 5);
        for (let c: usize = 0; c < gatheredRow; c += 32) {
          tile(weights + (<usize>from << 2), weightsRow, 4, panel, 32, until - from, gathered + c, gatheredRow, false);
          panel += valuesPanel;
        }
        copyBack(gathered, paddedValue, rows, valueDim, out + <usize>t * outputRow, outputRow, 1);
      }
    }
  }
}

/** One query as it lies in memory, for generation: copying keys and values would take longer than using them once. */
function attendRow(
  a: usize, b: i32, h: i32, t: i32,
  query: usize, key: usize, keyRow: usize, value: usize, valueRow: usize, output: usize, weights: usize, kept: usize,
): void {
  const headDim = load<i32>(a, sizesAt + 20);
  const valueDim = load<i32>(a, sizesAt + 24);
  const scale = load<f32>(a, sizesAt + 32);
  const high = t + load<i32>(a, sizesAt + 16) - load<i32>(a, sizesAt + 12) + 1;
  const low = firstShown(a, b, h, t, firstKey(a, t), high - 1);
  const from = low & ~7;
  const to = padTo8(high);
  for (let k = low; k < high; k++) {
    store<f32>(weights + (k << 2), dot(query, key + <usize>k * keyRow, headDim) * scale);
  }
  weigh(a, b, h, t, weights, low, from, to);
  if (load<usize>(a, 20)) {
    drawWeights(a, b, h, t, kept, from, to);
    dropWeights(a, weights, kept, 0, from, to);
  }
  let c = 0;
  for (; c + 8 <= valueDim; c += 8) {
    let sum0 = f32x4.splat(0);
    let sum1 = sum0;
    for (let k = low; k < high; k++) {
      const weight = v128.load32_splat(weights + (k << 2));
      const at = value + <usize>k * valueRow + (c << 2);
      sum0 = fma(weight, v128.load(at), sum0);
      sum1 = fma(weight, v128.load(at, 16), sum1);
    }
    v128.store(output + (c << 2), sum0);
    v128.store(output + (c << 2), sum1, 16);
  }
  for (; c < valueDim; c++) {
    let sum: f32 = 0;
    for (let k = low; k < high; k++) {
      sum += load<f32>(weights + (k << 2)) * load<f32>(value + <usize>k * valueRow + (c << 2));
    }
    store<f32>(output + (c << 2), sum);
  }
}

/** The first key from `low` on that the mask does not hide, as it does the places of a cache that are empty. */
function firstShown(a: usize, b: i32, h: i32, t: i32, low: i32, last: i32): i32 {
  const mask = maskRow(a, b, h, t);
  while (mask && low < last && load<f32>(mask + (<usize>low << 2)) == -Infinity) low++;
  return low;
}

function dot(x: usize, y: usize, n: i32): f32 {
  let sum0 = f32x4.splat(0);
  let sum1 = sum0;
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    sum0 = fma(v128.load(x + (i << 2)), v128.load(y + (i << 2)), sum0);
    sum1 = fma(v128.load(x + (i << 2), 16), v128.load(y + (i << 2), 16), sum1);
  }
  let sum = sumLanes(f32x4.add(sum0, sum1));
  for (; i < n; i++) sum += load<f32>(x + (i << 2)) * load<f32>(y + (i << 2));
  return sum;
}
