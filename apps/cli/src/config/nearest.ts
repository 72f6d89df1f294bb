// The name that somebody may have meant.

/**
 * The name that takes the fewest changes of one letter, if it takes few for its length: `learningrate` → `learningRate`.
 * Otherwise one that begins so: `story` → `story-gpt`.
 */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const ranked = names.map((known) => ({ known, changes: distance(name.toLowerCase(), known.toLowerCase()) }));
  ranked.sort((a, b) => a.changes - b.changes);
  const [best] = ranked;
  if (best && best.changes <= Math.max(2, best.known.length / 3)) return best.known;
  return name.length >= 3 ? names.find((known) => known.toLowerCase().startsWith(name.toLowerCase())) : undefined;
}

/** Letters to insert, delete or replace, and neighbours to swap. Damerau 1964, each letter once. */
function distance(a: string, b: string): number {
  let above: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const [before, last] = [above, row];
    above = last;
    row = [i];
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.length];
}
