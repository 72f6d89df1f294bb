// Byte pairs, applied: cut text into pieces, then join neighbours in each, the earliest-learned pair first.
import { append, type IdList } from './id-list.ts';
import { pop, push } from './number-heap.ts';
import { pieceCache } from './piece-cache.ts';

/** Token → id, where an id is also a rank: the lower, the earlier it is joined. Each character of a key is one byte. */
export type Ranks = ReadonlyMap<string, number>;

/** So large that a rank and a place in a text fit into one number: 21 and 32 of its 53 bits. */
export const largestRank = 2 ** 21 - 1;

/**
 * Makes the function that appends the ids of ordinary text to a list. Pieces are cut by `pattern` (flags g and u), which
 * must match everywhere; what they were encoded to is remembered from one call to the next, in bounded memory.
 */
export function pieceEncoder(pattern: RegExp, ranks: Ranks): (text: string, ids: IdList) => void {
  const merge = pairMerger(ranks);
  const cache = pieceCache();
  return (text, ids) => {
    let start = 0;
    pattern.lastIndex = 0;
    while (pattern.test(text)) {
      const piece = text.slice(start, pattern.lastIndex);
      start = pattern.lastIndex;
      let found = cache.get(piece);
      if (found === undefined) {
        const merged = merge(byteString(piece));
        found = merged.length === 1 ? merged[0] : merged;
        cache.set(piece, found);
      }
      if (typeof found === 'number') append(ids, found);
      else for (let i = 0; i < found.length; i++) append(ids, found[i]);
    }
  };
}

/**
 * Makes the function that starts from single bytes and joins the neighbours of lowest rank, the leftmost of equals, until
 * no pair is a token. aaab with a=0, b=1, aa=2, ab=3 → a·a·a·b → aa·a·b → aa·ab → 2 3. n log n steps for n bytes.
 *
 * @throws RangeError if an id is larger than `largestRank`
 */
export function pairMerger(ranks: Ranks): (bytes: string) => number[] {
  for (const [token, id] of ranks) {
    if (id <= largestRank) continue;
    throw new RangeError(`Expected ids up to ${largestRank}, got ${id} for ${JSON.stringify(token)}`);
  }
  const join = pairJoiner(ranks);
  const byteIds = Int32Array.from({ length: 256 }, (_, byte) => ranks.get(String.fromCharCode(byte)) ?? -1);

  return (bytes) => {
    const whole = ranks.get(bytes);
    if (whole !== undefined) return [whole];
    const n = bytes.length;
    const parts = new Int32Array(n); // the id of the part that starts at i
    const next = new Int32Array(n + 1); // where the part after the one at i starts
    const previous = new Int32Array(n + 1);
    const joined = new Int32Array(n); // the id of the part at i joined with the part after it; -1 for none
    const queue: number[] = []; // joined[i] * 2^32 + i; an entry is stale once joined[i] is another id
    for (let i = 0; i < n; i++) {
      parts[i] = byteIds[bytes.charCodeAt(i)];
      next[i] = i + 1;
      previous[i + 1] = i;
    }
    previous[0] = -1;

    const rankPair = (i: number) => {
      joined[i] = next[i] < n ? join(parts[i], parts[next[i]]) : -1;
      if (joined[i] >= 0) push(queue, joined[i] * 2 ** 32 + i);
    };
    for (let i = 0; i < n; i++) rankPair(i);

    while (queue.length > 0) {
      const entry = pop(queue);
      const i = entry % 2 ** 32;
      if (joined[i] !== Math.floor(entry / 2 ** 32)) continue;
      parts[i] = joined[i];
      joined[next[i]] = -1;
      next[i] = next[next[i]];
      previous[next[i]] = i;
      rankPair(i);
      if (previous[i] >= 0) rankPair(previous[i]);
    }

    const ids: number[] = [];
    for (let i = 0; i < n; i = next[i]) ids.push(parts[i]);
    return ids;
  };
}

/** Which token two tokens make together, or -1: spelled out the first time, then known by their ids. */
function pairJoiner(ranks: Ranks): (left: number, right: number) => number {
  const tokens: string[] = [];
  for (const [token, id] of ranks) tokens[id] = token;
  // A pair has one place, and takes it from the pair that had it: the table never grows.
  const lefts = new Int32Array(2 ** 16).fill(-1);
  const rights = new Int32Array(2 ** 16);
  const made = new Int32Array(2 ** 16);

  return (left, right) => {
    const place = (Math.imul(left, 0x9e3779b1) + Math.imul(right, 0x85ebca6b)) >>> 16;
    if (lefts[place] !== left || rights[place] !== right) {
      lefts[place] = left;
      rights[place] = right;
      made[place] = ranks.get(tokens[left] + tokens[right]) ?? -1;
    }
    return made[place];
  };
}

/** UTF-8 with one character for each byte, so that pieces can be keys of a map: 'é' → '\xc3\xa9'. */
export function byteString(text: string): string {
  if (isAscii(text)) return text;
  let string = '';
  for (const byte of new TextEncoder().encode(text)) string += String.fromCharCode(byte);
  return string;
}

const isAscii = (text: string) => /^[\0-\x7f]*$/.test(text);
