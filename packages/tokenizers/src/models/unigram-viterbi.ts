// The most probable way to cut a text into tokens, when the probability of a way is the product of its tokens'.
import type { Trie } from './trie.ts';

/** Tokens with scores (log probabilities), and what stands for a character that is no token. */
export type ScoredTokens = {
  readonly trie: Trie;
  readonly scores: ArrayLike<number>;
  /** -1 for none: then a text that tokens cannot cover has no way. */
  readonly unkId: number;
  readonly unkScore: number;
};

/** The tokens of a way, first to last; token i ends at `ends[i]`. Characters that are no token have the id `unkId`. */
export type Way = { readonly ids: number[]; readonly ends: number[]; readonly score: number };

const lasting = 2 ** 14; // units; room for a longer text is not kept after it

/**
 * A function from text to its best way, or to the number of units that some way covers if none covers all. Of ways with
 * equal scores it takes the one whose last token is longest, as SentencePiece does. Its time is that of all tokens that
 * begin anywhere in the text: in proportion to the text, if no token is longer than so much. Tokens of more than
 * `longest` units are left out.
 *
 * a −1, b −1, ab −1.5, text 'abab' → ab ab −3
 */
export function viterbi({ trie, scores, unkId, unkScore }: ScoredTokens) {
  let room = newRoom(256);

  return (text: string, longest = text.length): Way | number => {
    const n = text.length;
    const { best, from, last } = n < room.from.length ? room : newRoom(2 * n);
    if (n < lasting && n >= room.from.length) room = { best, from, last };
    from.fill(-1, 0, n + 1); // where the last token of the best way to here begins; -1 if there is no way
    from[0] = 0;
    best[0] = 0;

    for (let start = 0; start < n; start++) {
      if (from[start] < 0) continue;
      const next = start + (isPair(text, start) ? 2 : 1);
      let single = false; // whether the character is a token itself
      let node = 0;
      for (let end = start; end < n && end - start < longest; ) {
        node = trie.step(node, text.charCodeAt(end++));
        if (node < 0) break;
        const id = trie.idAt(node);
        if (id < 0) continue;
        if (end === next) single = true;
        reach(start, end, id, scores[id]);
      }
      if (!single && unkId >= 0) reach(start, next, unkId, unkScore);
    }

    function reach(start: number, end: number, id: number, score: number) {
      const total = score + best[start];
      if (from[end] >= 0 && total <= best[end]) return;
      best[end] = total;
      from[end] = start;
      last[end] = id;
    }

    let covered = n;
    while (from[covered] < 0) covered--;
    if (covered < n) return covered;
    const ids: number[] = [];
    const ends: number[] = [];
    for (let end = n; end > 0; end = from[end]) {
      ids.push(last[end]);
      ends.push(end);
    }
    return { ids: ids.reverse(), ends: ends.reverse(), score: best[n] };
  };
}

function newRoom(size: number) {
  return { best: new Float64Array(size + 1), from: new Int32Array(size + 1), last: new Int32Array(size + 1) };
}

/** Whether the character at a place is two UTF-16 units. */
export function isPair(text: string, index: number): boolean {
  return (text.codePointAt(index) as number) > 0xffff;
}
