// Learning WordPiece tokens: the most frequent pair of neighbours in the words becomes a token, over and over.
import { pacer } from './pause.ts';

/** Words as the ids of their symbols, and how often each stands in the corpus. */
export type SpelledWords = { readonly symbols: readonly number[][]; readonly counts: readonly number[] };

export type WordPieceMergeOptions = {
  readonly vocabSize: number;
  readonly minFrequency: number;
  readonly prefix: string; // of tokens that continue a word
  readonly onToken?: (tokens: number) => void;
  readonly signal?: AbortSignal;
};

/** A pair of ids and the words it stands in, waiting with the count it had when it was put into the queue. */
type Entry = { readonly pair: number; count: number; readonly words: readonly number[] };

const shift = 2 ** 26; // a pair is left * shift + right, which sorts by left id, then by right id

/**
 * Adds tokens to `tokens` until there are `vocabSize`, or no pair is left that stands in the words often enough. Changes
 * `symbols`. Equally frequent pairs are joined by left id, then by right id.
 *
 * One token can be made of two pairs (ab ##c, a ##bc) and has one id, so a pair can come back after it was joined. Such a
 * pair is counted as Hugging Face's trainer counts it, earlier occurrences included, to learn the tokens that it learns.
 */
export async function learnWordPieces(
  { symbols, counts }: SpelledWords,
  tokens: string[],
  { vocabSize, minFrequency, prefix, onToken, signal }: WordPieceMergeOptions,
): Promise<void> {
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const frequencies = new Map<number, number>();
  const queue: Entry[] = [];
  const pause = pacer(signal);

  /** Pairs that came about, each with the words it came about in. */
  let made = new Map<number, number[]>();
  const change = (left: number, right: number, word: number, by: 1 | -1) => {
    const pair = left * shift + right;
    frequencies.set(pair, (frequencies.get(pair) ?? 0) + by * counts[word]);
    if (by < 0) return;
    const words = made.get(pair);
    if (!words) made.set(pair, [word]);
    else if (words[words.length - 1] !== word) words.push(word);
  };
  const enqueueMade = () => {
    for (const [pair, words] of made) {
      const count = frequencies.get(pair) as number;
      if (count > 0) push(queue, { pair, count, words });
    }
    made = new Map();
  };

  for (const [word, ids] of symbols.entries()) {
    for (let i = 0; i + 1 < ids.length; i++) change(ids[i], ids[i + 1], word, 1);
  }
  enqueueMade();

  while (tokens.length < vocabSize) {
    const wait = pause();
    if (wait) {
      await wait;
      onToken?.(tokens.length);
    }
    const top = pop(queue);
    if (!top) break;
    const count = frequencies.get(top.pair) as number;
    if (top.count !== count) {
      if (count > 0) push(queue, { ...top, count });
      continue;
    }
    if (count < minFrequency) break;

    const left = Math.floor(top.pair / shift);
    const right = top.pair % shift;
    const token =
      tokens[left] + (tokens[right].startsWith(prefix) ? tokens[right].slice(prefix.length) : tokens[right]);
    const id = ids.get(token) ?? tokens.length;
    if (id === tokens.length) {
      tokens.push(token);
      ids.set(token, id);
    }
    for (const word of top.words) join(symbols[word], left, right, id, (a, b, by) => change(a, b, word, by));
    enqueueMade();
  }
  onToken?.(tokens.length);
}

/** Joins a pair everywhere in a word, and says which pairs of neighbours went and came. */
function join(
  symbols: number[],
  left: number,
  right: number,
  id: number,
  change: (left: number, right: number, by: 1 | -1) => void,
): void {
  let kept = 0; // symbols[0 .. kept] are done; what is read is never behind what is written
  for (let i = 0; i < symbols.length; i++) {
    if (symbols[i] !== left || symbols[i + 1] !== right) {
      symbols[kept++] = symbols[i];
      continue;
    }
    if (kept > 0) {
      change(symbols[kept - 1], left, -1);
      change(symbols[kept - 1], id, 1);
    }
    if (i + 2 < symbols.length) {
      change(right, symbols[i + 2], -1);
      change(id, symbols[i + 2], 1);
    }
    symbols[kept++] = id;
    i++;
  }
  symbols.length = kept;
}

const comesBefore = (a: Entry, b: Entry) => a.count > b.count || (a.count === b.count && a.pair < b.pair);

// A binary heap: the entry that comes before all others is at 0, the children of i are at 2i + 1 and 2i + 2.
function push(heap: Entry[], entry: Entry): void {
  let i = heap.length;
  heap.push(entry);
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (!comesBefore(entry, heap[parent])) break;
    heap[i] = heap[parent];
    i = parent;
  }
  heap[i] = entry;
}

function pop(heap: Entry[]): Entry | undefined {
  const top = heap[0];
  const entry = heap.pop();
  const size = heap.length;
  if (size === 0 || !entry) return entry;
  let i = 0;
  for (let child = 1; child < size; child = 2 * i + 1) {
    if (child + 1 < size && comesBefore(heap[child + 1], heap[child])) child++;
    if (!comesBefore(heap[child], entry)) break;
    heap[i] = heap[child];
    i = child;
  }
  heap[i] = entry;
  return top;
}
