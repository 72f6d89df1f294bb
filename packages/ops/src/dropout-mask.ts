// Which places dropout keeps: 16 random bits for each, from a seed and the place alone.
import { philox } from './philox.ts';

/** Of the 65536 values of 16 bits, those below this are kept: none at a rate of 1, else at least one, and never all. */
export function keptBelow(rate: number): number {
  return rate === 1 ? 0 : Math.min(Math.max(Math.round((1 - rate) * 65536), 1), 65535);
}

/** What is kept grows by this, so that the mean stays: 1 / (1 - rate), to the 16 bits that a rate is drawn with. */
export function keptScale(rate: number): number {
  return rate === 1 ? 0 : 65536 / keptBelow(rate);
}

/** `keptScale` where place i is kept, else 0; see `dropout`. */
export function dropoutMask(size: number, seed: number, rate: number): Float32Array {
  const mask = new Float32Array(size);
  fillRow(mask, [0, 0, 0], seed, rate);
  return mask;
}

/** The same for weights [batch, heads, time, keys]; see `causalAttention`. */
export function attentionMask(grid: readonly number[], seed: number, rate: number): Float32Array {
  const [batch, heads, time, keys] = grid;
  const mask = new Float32Array(batch * heads * time * keys);
  for (let row = 0; row < batch * heads * time; row++) {
    const place = [row % time, Math.floor(row / time) % heads, Math.floor(row / (time * heads))];
    fillRow(mask.subarray(row * keys, (row + 1) * keys), place, seed, rate);
  }
  return mask;
}

/** Place i has 16 of the 128 bits of a counter, which begins with ⌊i/8⌋: the lower half of a word, then the upper. */
function fillRow(row: Float32Array, place: readonly number[], seed: number, rate: number): void {
  const [limit, scale] = [keptBelow(rate), keptScale(rate)];
  for (let i = 0; i < row.length; i += 8) {
    const words = philox([i / 8, ...place], [seed, 0]);
    for (let j = 0; j < 8; j++) {
      const bits = (words[j >> 1] >>> (16 * (j & 1))) & 0xffff;
      row[i + j] = bits < limit ? scale : 0; // a typed array ignores what comes behind its end
    }
  }
}
