// What pieces of text were encoded to: most of a text is words seen before.

export type PieceCache = {
  get(piece: string): number | readonly number[] | undefined;
  set(piece: string, ids: number | readonly number[]): void;
};

/**
 * Remembers pieces in two generations of at most `size` characters each, counting eight more for each piece: a full
 * young generation becomes the old one, and what is not asked for until the next is full is forgotten. So memory is
 * bounded, frequent pieces stay, and nothing is counted or moved when one is found.
 */
export function pieceCache(size = 2 ** 20): PieceCache {
  let young = new Map<string, number | readonly number[]>();
  let old = young;
  let used = 0;

  const set = (piece: string, ids: number | readonly number[]) => {
    used += piece.length + 8;
    if (used > size) {
      old = young;
      young = new Map();
      used = piece.length + 8;
    }
    young.set(piece, ids);
  };

  return {
    get(piece) {
      const found = young.get(piece);
      if (found !== undefined) return found;
      const kept = old.get(piece);
      if (kept !== undefined) set(detached(piece), kept);
      return kept;
    },
    set(piece, ids) {
      if (piece.length <= longest) set(detached(piece), ids);
    },
  };
}

const longest = 256;

/** The same string, which does not hold on to the text it was sliced from. */
function detached(piece: string): string {
  return String.fromCharCode(...Array.from({ length: piece.length }, (_, i) => piece.charCodeAt(i)));
}
