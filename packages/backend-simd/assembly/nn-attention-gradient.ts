// The gradient of causal attention, for 64 queries at a time.
import {
  addPart,
  drawWeights,
  dropWeights,
  firstKey,
  keyAddress,
  outputAddress,
  padTo8,
  queryAddress,
  restAt,
  scores,
  scratchAt,
  sizesAt,
  valueAddress,
  weigh,
  weighGradient,
} from './nn-attention-parts';
import { copyBack, copyPanels, copyRows, tile, turnPanels } from './nn-tiles';
import { fromRow } from './parts';

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
  const seed = load<usize>(a, 20);
  const dOutput = load<usize>(a, restAt);
  const dBias = load<usize>(a, restAt + 16);
  const group = heads / keyHeads;
  const packedRow = <usize>(heads * headDim + keyHeads * (headDim + valueDim)) << 2;
  const queryRow = packed ? packedRow : <usize>headDim << 2;
  const valueRow = packed ? packedRow : <usize>valueDim << 2;
  const outputRow = <usize>(packed ? heads * valueDim : valueDim) << 2;
  const toQuery = load<usize>(a, restAt + 4) - load<usize>(a); // from a query to its gradient
  const toKey = load<usize>(a, restAt + 8) - load<usize>(a, 4);
  const toValue = load<usize>(a, restAt + 12) - load<usize>(a, 8);

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
  const kept = dQueries + 4 * headRow; // of weights, where some are dropped: [paddedKeys / 8, 4, 8]

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
        const dOut = outputAddress(a, dOutput, b, h);
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
            const dRows = dGathered + <usize>i * gatheredRow;
            scores(dRows, paddedValue, valuesTurned, dScoreRows, keysRow, from, to, valueDim);
            if (seed) drawWeights(a, b, h, t, kept, from, to);
            for (let r = 0; r < 4; r++) {
              const weightRow = weightRows + <usize>r * keysRow;
              const dScoreRow = dScoreRows + <usize>r * keysRow;
              if (r < rows) {
                weigh(a, b, h, t + r, weightRow, firstKey(a, t + r), from, to);
                if (seed) dropWeights(a, dScoreRow, kept, r, from, to);
                weighGradient(weightRow, dScoreRow, from, to);
                if (seed) dropWeights(a, weightRow, kept, r, from, to);
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
          // Keys four by four, and the queries that see them: those after them, and in a window not too long after.
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
