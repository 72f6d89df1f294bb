// The name that somebody may have meant.

/** The name that takes the fewest changes of one letter, if it takes few for its length: `learningrate` → `learningRate`. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const ranked = names.map((known) => ({ known, changes: distance(name.toLowerCase(), known.toLowerCase()) }));
  ranked.sort((a, b) => a.changes - b.changes);
  const [best] = ranked;
  return best && best.changes <= Math.max(2, best.known.length / 3) ? best.known : undefined;
}

/** Letters to insert, delete or replace. Levenshtein 1965. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
  }
  return row[b.length];
}
