// The tokens that Unigram training starts from: every character, and every string that stands in the pieces repeatedly.
import type { CountedPieces } from './count-pieces.ts';

/** A token and how much it weighs before training. */
export type Seed = readonly [token: string, weight: number];

/**
 * Characters weigh their count in the corpus. Strings of 2 to `maxPieceLength` characters weigh their length times the
 * number of places where they stand in the different pieces, and are there only if something different follows in two
 * of those places (the end of a piece is such a thing): of 'hello help', el weighs 4, he weighs nothing and hel 6.
 *
 * Characters come first, then strings, each by falling weight, then falling order of code points. At most `seedSize`.
 * Finds the strings in a suffix array, sorted by as many characters as matter: O(n log maxPieceLength).
 */
export function seedTokens(
  { pieces, counts }: CountedPieces,
  { maxPieceLength, seedSize }: { readonly maxPieceLength: number; readonly seedSize: number },
): Seed[] {
  const weights = new Map<number, number>();
  const symbols: number[] = []; // code points of all pieces, a 0 after each; other symbols are code points + 1
  for (const [i, piece] of pieces.entries()) {
    for (const character of piece) {
      const codePoint = character.codePointAt(0) as number;
      weights.set(codePoint, (weights.get(codePoint) ?? 0) + counts[i]);
      symbols.push(codePoint + 1);
    }
    symbols.push(0);
  }
  const characters = [...weights].sort(([a, m], [b, n]) => n - m || b - a);
  const seeds: Seed[] = characters.map(([codePoint, weight]) => [String.fromCodePoint(codePoint), weight]);

  const text = Int32Array.from(symbols);
  for (const { place, length, weight } of repeats(text, maxPieceLength).slice(
    0,
    Math.max(0, seedSize - seeds.length),
  )) {
    let token = '';
    for (let i = place; i < place + length; i++) token += String.fromCodePoint(text[i] - 1);
    seeds.push([token, weight]);
  }
  return seeds;
}

/** Strings that stand in the text repeatedly, by falling weight, then falling order. */
function repeats(text: Int32Array, maxLength: number) {
  const suffixes = sortSuffixes(text, maxLength + 1);
  const found: { place: number; length: number; weight: number; rank: number }[] = [];
  const open: { length: number; rank: number }[] = []; // strings that the suffix before begins with: short to long
  for (let i = 1; i <= suffixes.length; i++) {
    const shared = i < suffixes.length ? sharedLength(text, suffixes[i - 1], suffixes[i], maxLength + 1) : 0;
    let rank = i - 1; // of the first suffix that begins with the shared string
    for (let last = open.at(-1); last && last.length > shared; last = open.at(-1)) {
      open.pop();
      rank = last.rank;
      const { length } = last;
      if (length < 2 || length > maxLength) continue;
      found.push({ place: suffixes[rank], length, weight: length * (i - rank), rank });
    }
    if (shared > (open.at(-1)?.length ?? 0)) open.push({ length: shared, rank });
  }
  return found.sort((a, b) => b.weight - a.weight || b.rank - a.rank || b.length - a.length);
}

/** How many symbols are the same from two places on; `limit` if it is more, or if the two are the same up to an end. */
function sharedLength(text: Int32Array, a: number, b: number, limit: number): number {
  for (let length = 0; length < limit; length++) {
    if (text[a + length] !== text[b + length]) return length;
    if (text[a + length] === 0) return limit;
  }
  return limit;
}

/** The places of a text, sorted by the `length` symbols or more that begin there: by 1 symbol, then by 2, 4, 8, … */
function sortSuffixes(text: Int32Array, length: number): Int32Array {
  const n = text.length;
  const alphabet = [...new Set(text)].sort((a, b) => a - b);
  const dense = new Map(alphabet.map((symbol, rank) => [symbol, rank]));
  let ranks = text.map((symbol) => dense.get(symbol) as number);
  let classes = alphabet.length;
  const places = new Int32Array(n); // sorted
  const byRest = new Int32Array(n).map((_, i) => i); // sorted by the second half of what counts
  for (let known = 0; ; known = Math.max(1, 2 * known)) {
    const ends = new Int32Array(classes + 1);
    for (const rank of ranks) ends[rank + 1]++;
    for (let i = 0; i < classes; i++) ends[i + 1] += ends[i];
    for (const place of byRest) places[ends[ranks[place]]++] = place;
    if (Math.max(1, 2 * known) >= length || classes === n) return places;

    const refined = new Int32Array(n);
    classes = 0;
    for (let i = 0; i < n; i++) {
      const same =
        i > 0 &&
        ranks[places[i]] === ranks[places[i - 1]] &&
        (known === 0 || ranks[places[i] + known] === ranks[places[i - 1] + known]);
      if (!same) classes++;
      refined[places[i]] = classes - 1;
    }
    ranks = refined;
    const step = Math.max(1, 2 * known);
    let next = 0;
    for (let place = Math.max(0, n - step); place < n; place++) byRest[next++] = place;
    for (const place of places) if (place >= step) byRest[next++] = place - step;
  }
}
