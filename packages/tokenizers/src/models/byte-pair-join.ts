// Joining pairs of ids: the table of merges, and the order in which they apply to a piece.
import { pop, push } from '../number-heap.ts';

/** Which pairs join, how early (rank), and to which id. */
export type MergeTable = {
  add(left: number, right: number, rank: number, joined: number): void;
  /** The place of a pair in `ranks` and `joined`, or -1. */
  find(left: number, right: number): number;
  readonly ranks: Int32Array;
  readonly joined: Int32Array;
};

/** So many that a rank and a place in a piece fit into one number: 21 and 32 of its 53 bits. */
export const maxMerges = 2 ** 21;

/** An empty table with room for so many merges: pairs of numbers hashed into flat arrays. */
export function mergeTable(merges: number): MergeTable {
  const size = 2 ** Math.ceil(Math.log2(2 * merges + 2));
  const lefts = new Int32Array(size).fill(-1);
  const rights = new Int32Array(size);
  const ranks = new Int32Array(size);
  const joined = new Int32Array(size);

  /** The slot of a pair, or the free slot where it would go. */
  const slotOf = (left: number, right: number) => {
    let slot = (Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b)) >>> 0;
    slot = (slot ^ (slot >>> 15)) & (size - 1);
    while (lefts[slot] !== -1 && (lefts[slot] !== left || rights[slot] !== right)) slot = (slot + 1) & (size - 1);
    return slot;
  };

  return {
    ranks,
    joined,
    add(left, right, rank, id) {
      const slot = slotOf(left, right);
      lefts[slot] = left;
      rights[slot] = right;
      ranks[slot] = rank;
      joined[slot] = id;
    },
    find(left, right) {
      const slot = slotOf(left, right);
      return lefts[slot] === -1 ? -1 : slot;
    },
  };
}

/** Token i is `ids[i]` and was `lengths[i]` symbols. */
export type Joined = { readonly ids: number[]; readonly lengths: number[] };

/**
 * Joins neighbours, the pair of lowest rank first, the leftmost of equals, until no pair is in the table. Takes n log n
 * steps for n symbols. With (1, 1) → 4 and (4, 2) → 5: 1 1 1 2 → 4 1 2, and 1 1 2 → 4 2 → 5.
 *
 * @param skip BPE dropout: whether to pass over a join for now. It is asked again once another join was made.
 */
export function joinPairs(symbols: readonly number[], table: MergeTable, skip?: () => boolean): Joined {
  const n = symbols.length;
  const ids = Int32Array.from(symbols);
  const next = Int32Array.from(symbols, (_, i) => i + 1); // where the token after the one at i starts
  const previous = Int32Array.from(symbols, (_, i) => i - 1);
  const waiting = new Int32Array(n).fill(-1); // rank of the pair at i while it is in the queue
  const queue: number[] = []; // rank * 2^32 + i; an entry is stale once another rank waits at i
  const skipped: number[] = [];

  const enqueue = (i: number) => {
    const slot = next[i] < n ? table.find(ids[i], ids[next[i]]) : -1;
    waiting[i] = slot < 0 ? -1 : table.ranks[slot];
    if (slot >= 0) push(queue, table.ranks[slot] * 2 ** 32 + i);
  };
  for (let i = 0; i < n; i++) enqueue(i);

  while (queue.length > 0) {
    const entry = pop(queue);
    const i = entry % 2 ** 32;
    if (waiting[i] !== Math.floor(entry / 2 ** 32)) continue;
    if (skip?.()) {
      skipped.push(entry);
      continue;
    }
    for (const each of skipped.splice(0)) push(queue, each);
    const gone = next[i];
    ids[i] = table.joined[table.find(ids[i], ids[gone])];
    waiting[gone] = -1;
    next[i] = next[gone];
    if (next[i] < n) previous[next[i]] = i;
    enqueue(i);
    if (previous[i] >= 0) enqueue(previous[i]);
  }

  const tokens: Joined = { ids: [], lengths: [] };
  for (let i = 0; i < n; i = next[i]) {
    tokens.ids.push(ids[i]);
    tokens.lengths.push(next[i] - i);
  }
  return tokens;
}
