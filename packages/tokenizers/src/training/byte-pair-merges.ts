// Learning merges: which pair of neighbours to join next, over and over, without ever reading the corpus again.

import { pairQueue } from './byte-pair-queue.ts';
import { pacer } from './pause.ts';

/** Pieces as ids, one after the other with a -1 before, between and after them; and how often each piece stands in the corpus. */
export type WeightedPieces = { readonly ids: Int32Array; readonly counts: readonly number[] };

export type Ties = 'first-seen' | 'smallest';

export type MergeOptions = {
  readonly firstId: number; // of the first merge; the pieces have only smaller ids
  readonly maxMerges: number;
  readonly minFrequency: number;
  readonly ties: Ties;
  readonly maxTokenLength: number; // in symbols
  readonly onMerge?: (merges: number) => void;
  readonly signal?: AbortSignal;
};

/** Merge i joined `left[i]` and `right[i]`, which stood side by side `counts[i]` times, to the id firstId + i. */
export type LearnedMerges = { readonly left: number[]; readonly right: number[]; readonly counts: number[] };

/**
 * Joins the most frequent pair of neighbours everywhere, again and again. Each place where a pair stands is in that
 * pair's list, in order, so a merge touches the places it changes and no others.
 *
 * Ties: 'first-seen' takes the pair whose first place in the pieces, as they are then, comes first (minbpe's rule);
 * 'smallest' takes the smaller left id, then the smaller right id (Hugging Face's rule). Both hold exactly, because the
 * count of a pair only falls and its first place only moves on: every occurrence of a new pair has the newest id in it.
 */
export async function learnMerges(pieces: WeightedPieces, options: MergeOptions): Promise<LearnedMerges> {
  const { firstId, maxMerges, minFrequency, maxTokenLength, onMerge, signal } = options;
  const merges: LearnedMerges = { left: [], right: [], counts: [] };
  const pause = pacer(signal);
  const corpus = await pairedCorpus(pieces, firstId, maxMerges, pause);
  const { lengths, pairs } = corpus;
  const smallest = options.ties === 'smallest';
  const fits = (pair: number) => lengths[pairs.left[pair]] + lengths[pairs.right[pair]] <= maxTokenLength;
  const queue = pairQueue(
    (pair) => (fits(pair) ? pairs.count[pair] : 0),
    (pair) => (smallest ? pairs.left[pair] * 2 ** 26 + pairs.right[pair] : pairs.head[pair]),
    Math.max(1, minFrequency),
  );
  for (let pair = 0; pair < corpus.size(); pair++) queue.push(pair);

  while (merges.left.length < maxMerges) {
    const pair = queue.pop();
    if (pair === undefined) break;
    merges.left.push(pairs.left[pair]);
    merges.right.push(pairs.right[pair]);
    merges.counts.push(pairs.count[pair]);
    for (const made of corpus.join(pair, firstId + merges.left.length - 1)) queue.push(made);
    const wait = pause();
    if (wait === undefined) continue;
    await wait;
    onMerge?.(merges.left.length);
  }
  onMerge?.(merges.left.length);
  return merges;
}

/** What is known of each pair of ids: where it stands first and last, how often it stands in the corpus. */
type Pairs = { left: Int32Array; right: Int32Array; head: Int32Array; tail: Int32Array; count: Float64Array };

/**
 * The pieces as tokens that can be joined in place. The token at place x fills `lengths[ids[x]]` places from x on; the
 * pair "at x" is that token and the next one.
 */
async function pairedCorpus(
  { ids: symbols, counts }: WeightedPieces,
  firstId: number,
  maxMerges: number,
  pause: () => Promise<void> | undefined,
) {
  const ids = symbols.slice();
  const size = ids.length;
  const starts = Int32Array.from(ids, (_, place) => place); // at a token's last place: its first
  const lengths = new Int32Array(firstId + maxMerges).fill(1);
  const pieceAt = new Int32Array(size);
  const pairAt = new Int32Array(size).fill(-1);
  const next = new Int32Array(size); // the following place of the same pair, or -1
  const previous = new Int32Array(size);
  const pairs: Pairs = makePairs(1024);
  let pairCount = 0;

  function makePair(left: number, right: number): number {
    if (pairCount === pairs.left.length) growPairs(pairs);
    pairs.left[pairCount] = left;
    pairs.right[pairCount] = right;
    pairs.head[pairCount] = -1;
    pairs.tail[pairCount] = -1;
    return pairCount++;
  }

  function append(place: number, pair: number): void {
    const last = pairs.tail[pair];
    if (last < 0) pairs.head[pair] = place;
    else next[last] = place;
    previous[place] = last;
    next[place] = -1;
    pairs.tail[pair] = place;
    pairs.count[pair] += counts[pieceAt[place]];
    pairAt[place] = pair;
  }

  function remove(place: number): void {
    const pair = pairAt[place];
    if (previous[place] < 0) pairs.head[pair] = next[place];
    else next[previous[place]] = next[place];
    if (next[place] < 0) pairs.tail[pair] = previous[place];
    else previous[next[place]] = previous[place];
    pairs.count[pair] -= counts[pieceAt[place]];
  }

  const known = new Map<number, number>(); // left * firstId + right → pair
  for (let place = 0, piece = -1; place + 1 < size; place++) {
    if (place % 2 ** 16 === 0) await pause();
    if (ids[place] < 0) piece++;
    pieceAt[place] = piece;
    if (ids[place] < 0 || ids[place + 1] < 0) continue;
    const key = ids[place] * firstId + ids[place + 1];
    let pair = known.get(key);
    if (pair === undefined) {
      pair = makePair(ids[place], ids[place + 1]);
      known.set(key, pair);
    }
    append(place, pair);
  }

  const withLeft = new Int32Array(lengths.length).fill(-1); // id → the pair (id, joined), within one call of join
  const withRight = new Int32Array(lengths.length).fill(-1); // id → the pair (joined, id)

  /** Makes `joined` of every occurrence of the pair, from first to last, and gives the pairs that this brought about. */
  function join(pair: number, joined: number): number[] {
    const made: number[] = [];
    const left = pairs.left[pair];
    const right = pairs.right[pair];
    lengths[joined] = lengths[left] + lengths[right];
    for (let place = pairs.head[pair]; place >= 0; place = pairs.head[pair]) {
      const end = place + lengths[joined];
      const before = starts[place - 1];
      remove(place);
      if (ids[end] >= 0) remove(place + lengths[left]);
      if (ids[before] >= 0) remove(before);
      ids[place] = joined;
      starts[end - 1] = place;
      if (ids[before] >= 0) {
        const neighbour = ids[before];
        if (withLeft[neighbour] < 0) {
          withLeft[neighbour] = makePair(neighbour, joined);
          made.push(withLeft[neighbour]);
        }
        append(before, withLeft[neighbour]);
      }
      if (ids[end] >= 0) {
        const neighbour = ids[end];
        if (withRight[neighbour] < 0) {
          withRight[neighbour] = makePair(joined, neighbour);
          made.push(withRight[neighbour]);
        }
        append(place, withRight[neighbour]);
      }
    }
    for (const each of made) {
      withLeft[pairs.left[each]] = -1;
      withRight[pairs.right[each]] = -1;
    }
    return made;
  }

  return { lengths, pairs, join, size: () => pairCount };
}

function makePairs(capacity: number): Pairs {
  const table = () => new Int32Array(capacity);
  return { left: table(), right: table(), head: table(), tail: table(), count: new Float64Array(capacity) };
}

function growPairs(pairs: Pairs): void {
  const larger = makePairs(pairs.left.length * 2);
  larger.left.set(pairs.left);
  larger.right.set(pairs.right);
  larger.head.set(pairs.head);
  larger.tail.set(pairs.tail);
  larger.count.set(pairs.count);
  Object.assign(pairs, larger);
}
