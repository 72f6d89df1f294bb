// Byte pairs, applied: cut text into pieces, then join neighbours in each, the earliest-learned pair first.

/** Token → id, where an id is also a rank: the lower, the earlier it is joined. Each character of a key is one byte. */
export type Ranks = ReadonlyMap<string, number>;

/** Ids of ordinary text. Pieces are cut by `pattern` (flags g and u), which must match everywhere. */
export function encodePieces(text: string, pattern: RegExp, ranks: Ranks): number[] {
  const ids: number[] = [];
  const seen = new Map<string, readonly number[]>(); // for this call only: a lasting one would hold on to the text
  let start = 0;
  pattern.lastIndex = 0;
  while (pattern.test(text)) {
    const piece = text.slice(start, pattern.lastIndex);
    start = pattern.lastIndex;
    const whole = ranks.get(piece);
    if (whole !== undefined && isAscii(piece)) {
      ids.push(whole);
      continue;
    }
    let merged = seen.get(piece);
    if (!merged) {
      merged = mergePairs(byteString(piece), ranks);
      seen.set(piece, merged);
    }
    for (const id of merged) ids.push(id);
  }
  return ids;
}

/**
 * Starts from single bytes and joins the neighbours of lowest rank, the leftmost of equals, until no pair is a token.
 * aaab with a=0, b=1, aa=2, ab=3 → a·a·a·b → aa·a·b → aa·ab → 2 3. Takes n log n steps for n bytes.
 */
export function mergePairs(bytes: string, ranks: Ranks): number[] {
  const whole = ranks.get(bytes);
  if (whole !== undefined) return [whole];
  const n = bytes.length;
  const next = Int32Array.from({ length: n + 1 }, (_, i) => i + 1); // where the part after the one at i starts
  const previous = Int32Array.from({ length: n + 1 }, (_, i) => i - 1);
  const pairs = new Int32Array(n).fill(-1); // rank of the part at i joined with the part after it; -1 for none
  const queue: number[] = []; // rank * 2^32 + i; an entry is stale once pairs[i] is another rank

  const rankPair = (i: number) => {
    const rank = next[i] < n ? ranks.get(bytes.slice(i, next[next[i]])) : undefined;
    pairs[i] = rank ?? -1;
    if (rank !== undefined) push(queue, rank * 2 ** 32 + i);
  };
  for (let i = 0; i < n; i++) rankPair(i);

  while (queue.length > 0) {
    const entry = pop(queue);
    const i = entry % 2 ** 32;
    if (pairs[i] !== Math.floor(entry / 2 ** 32)) continue;
    pairs[next[i]] = -1;
    next[i] = next[next[i]];
    previous[next[i]] = i;
    rankPair(i);
    if (previous[i] >= 0) rankPair(previous[i]);
  }

  const ids: number[] = [];
  for (let i = 0; i < n; i = next[i]) ids.push(ranks.get(bytes.slice(i, next[i])) as number);
  return ids;
}

/** UTF-8 with one character for each byte, so that pieces can be keys of a map: 'é' → '\xc3\xa9'. */
export function byteString(text: string): string {
  if (isAscii(text)) return text;
  let string = '';
  for (const byte of new TextEncoder().encode(text)) string += String.fromCharCode(byte);
  return string;
}

const isAscii = (text: string) => /^[\0-\x7f]*$/.test(text);

// A binary heap: the smallest number is at 0, the children of i are at 2i + 1 and 2i + 2.
function push(heap: number[], value: number): void {
  let i = heap.length;
  heap.push(value);
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (heap[parent] <= value) break;
    heap[i] = heap[parent];
    i = parent;
  }
  heap[i] = value;
}

function pop(heap: number[]): number {
  const smallest = heap[0];
  const value = heap.pop() as number;
  const n = heap.length;
  if (n === 0) return smallest;
  let i = 0;
  for (let child = 1; child < n; child = 2 * i + 1) {
    if (child + 1 < n && heap[child + 1] < heap[child]) child++;
    if (heap[child] >= value) break;
    heap[i] = heap[child];
    i = child;
  }
  heap[i] = value;
  return smallest;
}
