// Byte pairs in their simplest form: count the pairs, join the most frequent one, start over.

/** Ids 256 + i are the pairs that were joined: `merges[i]`. */
export type BasicMerges = readonly (readonly [number, number])[];

/**
 * Learns `count` merges from the bytes of a text: 'aaabdaaabac' → (97, 97) → 256, (256, 97) → 257, (257, 98) → 258.
 * Of pairs that are equally frequent, the one that comes first in the text is joined. Stops early when no two ids are left.
 *
 * Reads the whole text once for each merge. trainBytePair learns the same ones without that.
 *
 * @see Gage, A New Algorithm for Data Compression (1994); Karpathy's minbpe
 */
export function trainBytePairBasic(text: string, count: number): BasicMerges {
  const merges: [number, number][] = [];
  let ids = [...new TextEncoder().encode(text)];
  while (merges.length < count && ids.length > 1) {
    const pair = mostFrequentPair(ids);
    ids = joinPair(ids, pair, 256 + merges.length);
    merges.push(pair);
  }
  return merges;
}

/** The ids of a text: the merges one after the other, as they were learned. 'aaabdaaabac' → 258 100 258 97 99. */
export function encodeBasic(text: string, merges: BasicMerges): number[] {
  let ids = [...new TextEncoder().encode(text)];
  for (const [i, pair] of merges.entries()) ids = joinPair(ids, pair, 256 + i);
  return ids;
}

function mostFrequentPair(ids: readonly number[]): [number, number] {
  const counts = new Map<number, number>(); // left * 2^20 + right → how often; a map remembers what came first
  let best = 0;
  for (let i = 0; i + 1 < ids.length; i++) {
    const key = ids[i] * 2 ** 20 + ids[i + 1];
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    best = Math.max(best, count);
  }
  for (const [key, count] of counts) {
    if (count === best) return [Math.floor(key / 2 ** 20), key % 2 ** 20];
  }
  throw new RangeError(`Expected at least two ids, got ${ids.length}`);
}

/** [1, 2, 3, 1, 2], pair (1, 2) as 4 → [4, 3, 4]. */
function joinPair(ids: readonly number[], [left, right]: readonly [number, number], id: number): number[] {
  const joined: number[] = [];
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] === left && ids[i + 1] === right) {
      joined.push(id);
      i++;
    } else joined.push(ids[i]);
  }
  return joined;
}
