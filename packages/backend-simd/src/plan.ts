// Where the intermediate results of a recorded step lie: two that are never needed at once share their memory.

/** Needed from the first command to the last, both included. */
export type Lifetime = { readonly size: number; readonly first: number; readonly last: number };

const grain = 64; // a cache line

/**
 * An offset for each, so that those whose lives overlap do not; and the size of the whole. The largest are placed first,
 * each in the lowest gap that is free for all its life.
 *
 * @example sizes 128, 64, 128 needed in commands 0–1, 1–2, 2–3 → offsets 0, 128, 0; the whole takes 192
 */
export function planMemory(lifetimes: readonly Lifetime[]): { readonly offsets: number[]; readonly size: number } {
  const offsets = new Array<number>(lifetimes.length).fill(0);
  const placed: { readonly life: Lifetime; readonly from: number; readonly to: number }[] = []; // in order of `from`
  let size = 0;
  const order = lifetimes.map((_, i) => i).sort((i, j) => lifetimes[j].size - lifetimes[i].size || i - j);
  for (const i of order) {
    const life = lifetimes[i];
    const length = Math.ceil(life.size / grain) * grain;
    let from = 0;
    for (const other of placed) {
      if (other.life.first > life.last || other.life.last < life.first) continue;
      if (other.from - from >= length) break;
      from = Math.max(from, other.to);
    }
    offsets[i] = from;
    const place = placed.findIndex((other) => other.from > from);
    placed.splice(place < 0 ? placed.length : place, 0, { life, from, to: from + length });
    size = Math.max(size, from + length);
  }
  return { offsets, size };
}
