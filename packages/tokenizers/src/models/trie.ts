// A trie: all tokens that a text could go on with, found one UTF-16 unit at a time.

/** Nodes are numbers; the root, where every token begins, is 0. */
export type Trie = {
  /** The node one unit further on, or -1 if no token goes on so. */
  step(node: number, unit: number): number;
  /** The id of the token that ends at a node, or -1. */
  idAt(node: number): number;
};

/**
 * The trie of some tokens; the last one wins where two are equal. Its edges (parent, unit → child) are entries of one
 * hash table in typed arrays, so that a million tokens are few objects.
 */
export function trieOf(tokens: Iterable<readonly [token: string, id: number]>): Trie {
  let capacity = 1024; // a power of two, at least twice the number of edges
  let parents = new Int32Array(capacity).fill(-1);
  let units = new Uint16Array(capacity);
  let children = new Int32Array(capacity);
  let ids = new Int32Array(capacity).fill(-1);
  let size = 1;

  /** Where the edge is in the table, or the free place where it belongs. */
  const find = (node: number, unit: number): number => {
    let hash = Math.imul(node, 0x9e3779b1) ^ Math.imul(unit, 0x85ebca6b);
    hash ^= hash >>> 15;
    let slot = hash & (capacity - 1);
    while (parents[slot] !== -1 && (parents[slot] !== node || units[slot] !== unit)) slot = (slot + 1) & (capacity - 1);
    return slot;
  };

  const grow = () => {
    const old = { parents, units, children };
    capacity *= 2;
    parents = new Int32Array(capacity).fill(-1);
    units = new Uint16Array(capacity);
    children = new Int32Array(capacity);
    for (let i = 0; i < old.parents.length; i++) {
      if (old.parents[i] === -1) continue;
      const slot = find(old.parents[i], old.units[i]);
      parents[slot] = old.parents[i];
      units[slot] = old.units[i];
      children[slot] = old.children[i];
    }
    const oldIds = ids;
    ids = new Int32Array(capacity).fill(-1);
    ids.set(oldIds);
  };

  for (const [token, id] of tokens) {
    let node = 0;
    for (let i = 0; i < token.length; i++) {
      const unit = token.charCodeAt(i);
      let slot = find(node, unit);
      if (parents[slot] === -1) {
        if (2 * size >= capacity) {
          grow();
          slot = find(node, unit);
        }
        parents[slot] = node;
        units[slot] = unit;
        children[slot] = size++;
      }
      node = children[slot];
    }
    ids[node] = id;
  }

  return {
    step(node, unit) {
      const slot = find(node, unit);
      return parents[slot] === -1 ? -1 : children[slot];
    },
    idAt: (node) => ids[node],
  };
}
