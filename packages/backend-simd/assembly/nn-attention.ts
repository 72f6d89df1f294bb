// Causal attention: scores, softmax and weighted sum of four queries at a time, over no more keys than they see.
import { fma } from './math';
import { C1, C2, C3, C4, C5, kept, LOG2_E, power, ROUND } from './nn-power';
import { maxLanes, sumLanes } from './nn-rows';
import { copyBack, copyPanels, copyRows, tile, turnPanels } from './nn-tiles';
import { fromRow } from './parts';

// The arguments that both directions share, in their order; see src/commands/nn-attention.ts.
const scratchAt: usize = 24;
const sizesAt: usize = 32;

/** Bytes from one head to the next, from one row to the next, and from one batch to the next; packed: rows hold heads. */
// @ts-expect-error: decorator
@inline
function headStep(packed: bool, rows: i32, width: i32): usize {
  return <usize>(packed ? width : rows * width) << 2;
}

// @ts-expect-error: decorator
@inline
function padTo8(n: i32): i32 {
  return (n + 7) & ~7;
}

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
  const output = load<usize>(a, sizesAt + 52);
  const group = heads / keyHeads;
  const packedRow = <usize>(heads * headDim + keyHeads * (headDim + valueDim)) << 2;
  const queryRow = packed ? packedRow : <usize>headDim << 2;
  const keyRow = queryRow;
  const valueRow = packed ? packedRow : <usize>valueDim << 2;
  const outputRow = <usize>(packed ? heads * valueDim : valueDim) << 2;

  const paddedKeys = padTo8(keys);
  const paddedValue = padTo8(valueDim);
  const keysTurned = scratch; // [paddedKeys / 8, headDim, 8]
  const values = keysTurned + (<usize>(headDim * paddedKeys) << 2); // [paddedValue / 8, paddedKeys, 8]
  const queries = values + (<usize>(paddedKeys * paddedValue) << 2); // [4, headDim]
  const weights = queries + (<usize>(4 * headDim) << 2); // [4, paddedKeys]
  const gathered = weights + (<usize>(4 * paddedKeys) << 2); // [4, paddedValue]
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
          const out = output + <usize>(b * heads * time) * (<usize>valueDim << 2) + <usize>h * headStep(packed, time, valueDim);
          attendRow(a, b, h, t, queryAddress(a, b, h) + <usize>t * queryRow, key, keyRow, value, valueRow, out + <usize>t * outputRow, weights);
        }
      }
      continue;
    }
    turnPanels(key, keyRow, keys, headDim, keysTurned);
    copyPanels(value, valueRow, keys, valueDim, values, paddedKeys);
    for (let h = keyHead * group; h < (keyHead + 1) * group; h++) {
      const query = queryAddress(a, b, h);
      const out = output + <usize>(b * heads * time) * (<usize>valueDim << 2) + <usize>h * headStep(packed, time, valueDim);
      for (let t = 0; t < time; t += 4) {
        const rows = min(4, time - t);
        copyRows(query + <usize>t * queryRow, queryRow, rows, headDim, queries, headDim, scale);
        const from = firstKey(a, t) & ~7;
        const until = t + rows + keys - time;
        const to = padTo8(until);
        scores(queries, headDim, keysTurned, weights, weightsRow, from, to, headDim);
        for (let r = 0; r < rows; r++) weigh(a, b, h, t + r, weights + <usize>r * weightsRow, from, to, true);
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

/**
 * The gradient, for each head of keys and values: weights are made anew for 64 queries at a time. A bias is shared by
 * the batch, so where its gradient is asked for a unit is one head of the whole batch.
 */
export function causalAttentionGradient(a: usize, thread: i32, threads: i32): void {
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
  const dOutput = load<usize>(a, sizesAt + 52);
  const dBias = load<usize>(a, sizesAt + 68);
  const group = heads / keyHeads;
  const packedRow = <usize>(heads * headDim + keyHeads * (headDim + valueDim)) << 2;
  const queryRow = packed ? packedRow : <usize>headDim << 2;
  const valueRow = packed ? packedRow : <usize>valueDim << 2;
  const outputRow = <usize>(packed ? heads * valueDim : valueDim) << 2;
  const toQuery = load<usize>(a, sizesAt + 56) - load<usize>(a); // from a query to its gradient
  const toKey = load<usize>(a, sizesAt + 60) - load<usize>(a, 4);
  const toValue = load<usize>(a, sizesAt + 64) - load<usize>(a, 8);

  const paddedKeys = padTo8(keys);
  const paddedHead = padTo8(headDim);
  const paddedValue = padTo8(valueDim);
  const keysRow = <usize>(paddedKeys + 16) << 2; // not a power of two, or columns would share a few places of the cache
  const headRow = <usize>paddedHead << 2;
  const gatheredRow = <usize>paddedValue << 2;
  const keysTurned = scratch; // [paddedKeys / 8, headDim, 8]
  const valuesTurned = keysTurned + (<usize>(headDim * paddedKeys) << 2); // [paddedKeys / 8, valueDim, 8]
  const keysCopied = valuesTurned + (<usize>(valueDim * paddedKeys) << 2); // [paddedHead / 8, paddedKeys, 8]
  const dKeys = keysCopied + <usize>paddedKeys * headRow; // [paddedKeys, paddedHead]
  const dValues = dKeys + <usize>paddedKeys * headRow; // [paddedKeys, paddedValue]
  const queries = dValues + <usize>paddedKeys * gatheredRow; // [64, paddedHead]
  const dGathered = queries + 64 * headRow; // [64, paddedValue]
  const weights = dGathered + 64 * gatheredRow; // [64, paddedKeys + 16]
  const dScores = weights + 64 * keysRow; // [64, paddedKeys + 16]
  const dQueries = dScores + 64 * keysRow; // [4, paddedHead]

  const batches = dBias ? batch : 1;
  const units = dBias ? keyHeads : batch * keyHeads;
  const end = fromRow(units, thread + 1, threads);
  for (let unit = fromRow(units, thread, threads); unit < end; unit++) {
    const keyHead = unit % keyHeads;
    if (dBias) {
      const size = <usize>(group * time * keys) << 2;
      memory.fill(dBias + <usize>keyHead * size, 0, size);
    }
    for (let b = unit / keyHeads, last = b + batches; b < last; b++) {
      const key = keyAddress(a, b, keyHead);
      const value = valueAddress(a, b, keyHead);
      turnPanels(key, queryRow, keys, headDim, keysTurned);
      turnPanels(value, valueRow, keys, valueDim, valuesTurned);
      copyPanels(key, queryRow, keys, headDim, keysCopied, paddedKeys);
      memory.fill(dKeys, 0, <usize>paddedKeys * (headRow + gatheredRow)); // and dValues
      for (let h = keyHead * group; h < (keyHead + 1) * group; h++) {
        const query = queryAddress(a, b, h);
        const dOut = dOutput + <usize>(b * heads * time) * (<usize>valueDim << 2) + <usize>h * headStep(packed, time, valueDim);
        for (let begin = 0; begin < time; begin += 64) {
          const count = min(64, time - begin);
          const rounded = (count + 3) & ~3;
          copyRows(query + <usize>begin * queryRow, queryRow, count, headDim, queries, paddedHead, scale);
          copyRows(dOut + <usize>begin * outputRow, outputRow, count, valueDim, dGathered, paddedValue, 1);
          memory.fill(queries + <usize>count * headRow, 0, <usize>(rounded - count) * headRow);
          memory.fill(dGathered + <usize>count * gatheredRow, 0, <usize>(rounded - count) * gatheredRow);
          for (let i = 0; i < count; i += 4) {
            const t = begin + i;
            const rows = min(4, count - i);
            const from = firstKey(a, t) & ~7;
            const until = t + rows + keys - time;
            const to = padTo8(until);
            const weightRows = weights + <usize>i * keysRow;
            const dScoreRows = dScores + <usize>i * keysRow;
            scores(queries + <usize>i * headRow, paddedHead, keysTurned, weightRows, keysRow, from, to, headDim);
            scores(dGathered + <usize>i * gatheredRow, paddedValue, valuesTurned, dScoreRows, keysRow, from, to, valueDim);
            for (let r = 0; r < 4; r++) {
              const weightRow = weightRows + <usize>r * keysRow;
              const dScoreRow = dScoreRows + <usize>r * keysRow;
              if (r < rows) {
                weigh(a, b, h, t + r, weightRow, from, to, false);
                weighGradient(a, b, h, t + r, weightRow, dScoreRow, from, to);
                if (dBias) {
                  const dBiasRow = dBias + (<usize>((h * time + t + r) * keys) << 2);
                  addPart(dScoreRow, dBiasRow, firstKey(a, t + r), t + r + keys - time + 1);
                }
              } else {
                memory.fill(weightRow + (<usize>from << 2), 0, <usize>(to - from) << 2);
                memory.fill(dScoreRow + (<usize>from << 2), 0, <usize>(to - from) << 2);
              }
            }
            let panel = keysCopied + (<usize>from << 5);
            for (let c: usize = 0; c < headRow; c += 32) {
              tile(dScoreRows + (<usize>from << 2), keysRow, 4, panel, 32, until - from, dQueries + c, headRow, false);
              panel += <usize>paddedKeys << 5;
            }
            copyBack(dQueries, paddedHead, rows, headDim, query + toQuery + <usize>t * queryRow, queryRow, scale);
          }
          // Keys four by four, and only the queries that see them: those after them and, in a window, not too long after.
          const newest = begin + count + keys - time;
          for (let k = firstKey(a, begin) & ~7; k < newest; k += 4) {
            const seen = max(0, k - (keys - time) - begin) & ~3;
            let last = seen;
            while (last < rounded && (firstKey(a, begin + last) & ~7) <= k) last += 4;
            const at = <usize>seen * keysRow + (<usize>k << 2);
            for (let c: usize = 0; c < gatheredRow; c += 32) {
              tile(
                weights + at, 4, keysRow,
                dGathered + <usize>seen * gatheredRow + c, gatheredRow, last - seen,
                dValues + <usize>k * gatheredRow + c, gatheredRow, true,
              );
            }
            for (let c: usize = 0; c < headRow; c += 32) {
              tile(
                dScores + at, 4, keysRow,
                queries + <usize>seen * headRow + c, headRow, last - seen,
                dKeys + <usize>k * headRow + c, headRow, true,
              );
            }
          }
        }
      }
      copyBack(dKeys, paddedHead, keys, headDim, key + toKey, queryRow, 1);
      copyBack(dValues, paddedValue, keys, valueDim, value + toValue, valueRow, 1);
    }
  }
}

// @ts-expect-error: decorator
@inline
function queryAddress(a: usize, b: i32, h: i32): usize {
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
function keyAddress(a: usize, b: i32, h: i32): usize {
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
function valueAddress(a: usize, b: i32, h: i32): usize {
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
function firstKey(a: usize, t: i32): i32 {
  const place = t + load<i32>(a, sizesAt + 16) - load<i32>(a, sizesAt + 12);
  return max(0, place - load<i32>(a, sizesAt + 28) + 1);
}

/** Four queries (or gradients of outputs) times the turned keys (or values) from `from` to `to`, both multiples of 8. */
function scores(rows: usize, width: i32, turned: usize, out: usize, row: usize, from: i32, to: i32, depth: i32): void {
  for (let k = from; k < to; k += 8) {
    tile(rows, <usize>width << 2, 4, turned + (<usize>(k * depth) << 2), 32, depth, out + (<usize>k << 2), row, false);
  }
}

/** A row of scores becomes weights: bias and mask are added, what the query does not see is exactly 0. */
function weigh(a: usize, b: i32, h: i32, t: i32, row: usize, from: i32, to: i32, drop: bool): void {
  const heads = load<i32>(a, sizesAt + 4);
  const time = load<i32>(a, sizesAt + 12);
  const keys = load<i32>(a, sizesAt + 16);
  const low = firstKey(a, t);
  const high = t + keys - time + 1;
  const bias = load<usize>(a, 12);
  const mask = load<usize>(a, 16);
  if (bias) {
    addPart(bias + (<usize>((h * time + t) * keys) << 2), row, low, high);
  }
  if (mask) {
    const step = b * load<i32>(a, sizesAt + 36) + h * load<i32>(a, sizesAt + 40) + t * load<i32>(a, sizesAt + 44);
    addPart(mask + (<usize>step << 2), row, low, high);
  }
  for (let k = from; k < low; k++) store<f32>(row + (k << 2), -Infinity);
  for (let k = high; k < to; k++) store<f32>(row + (k << 2), -Infinity);
  softmaxRow(row + (<usize>from << 2), row + (<usize>to << 2));
  if (drop) dropPart(a, b, h, t, row, low, high);
}

/** dScore = weight · (dWeight - Σ weight · dWeight), in place of dWeight; then the weights are thinned. */
function weighGradient(a: usize, b: i32, h: i32, t: i32, weights: usize, dWeights: usize, from: i32, to: i32): void {
  const low = firstKey(a, t);
  const high = t + load<i32>(a, sizesAt + 16) - load<i32>(a, sizesAt + 12) + 1;
  dropPart(a, b, h, t, dWeights, low, high);
  const begin = <usize>from << 2;
  const end = <usize>to << 2;
  let along = f32x4.splat(0);
  for (let k = begin; k < end; k += 16) along = fma(v128.load(weights + k), v128.load(dWeights + k), along);
  const total = f32x4.splat(sumLanes(along));
  for (let k = begin; k < end; k += 16) {
    v128.store(dWeights + k, f32x4.mul(v128.load(weights + k), f32x4.sub(v128.load(dWeights + k), total)));
  }
  dropPart(a, b, h, t, weights, low, high);
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

/** row[k] *= dropped[batch, head, t, k], where weights are dropped. */
function dropPart(a: usize, b: i32, h: i32, t: i32, row: usize, low: i32, high: i32): void {
  const dropped = load<usize>(a, 20);
  if (!dropped) return;
  const heads = load<i32>(a, sizesAt + 4);
  const time = load<i32>(a, sizesAt + 12);
  const keys = load<i32>(a, sizesAt + 16);
  const from = dropped + (<usize>(((b * heads + h) * time + t) * keys) << 2);
  let k = low;
  for (; k + 4 <= high; k += 4) {
    v128.store(row + (k << 2), f32x4.mul(v128.load(row + (k << 2)), v128.load(from + (k << 2))));
  }
  for (; k < high; k++) store<f32>(row + (k << 2), load<f32>(row + (k << 2)) * load<f32>(from + (k << 2)));
}

/** to[k] += from[k] for k from low to high. */
function addPart(from: usize, to: usize, low: i32, high: i32): void {
  let k = low;
  for (; k + 4 <= high; k += 4) {
    v128.store(to + (k << 2), f32x4.add(v128.load(to + (k << 2)), v128.load(from + (k << 2))));
  }
  for (; k < high; k++) store<f32>(to + (k << 2), load<f32>(to + (k << 2)) + load<f32>(from + (k << 2)));
}

/** One query as it lies in memory, for generation: copying keys and values would take longer than using them once. */
function attendRow(
  a: usize, b: i32, h: i32, t: i32,
  query: usize, key: usize, keyRow: usize, value: usize, valueRow: usize, output: usize, weights: usize,
): void {
  const headDim = load<i32>(a, sizesAt + 20);
  const valueDim = load<i32>(a, sizesAt + 24);
  const scale = load<f32>(a, sizesAt + 32);
  const low = firstKey(a, t);
  const high = t + load<i32>(a, sizesAt + 16) - load<i32>(a, sizesAt + 12) + 1;
  const from = low & ~7;
  const to = padTo8(high);
  for (let k = low; k < high; k++) {
    store<f32>(weights + (k << 2), dot(query, key + <usize>k * keyRow, headDim) * scale);
  }
  weigh(a, b, h, t, weights, from, to, true);
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
