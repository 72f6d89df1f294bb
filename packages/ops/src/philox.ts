// Philox 4×32-10: random bits that depend on a key and a counter alone, so that any place can be drawn by itself.

/**
 * The four words for a counter, as Random123 gives them: `philox([0, 0, 0, 0], [0, 0])` → 0x6627e8d5, 0xe169c58d, 0xbc57ac4c,
 * 0x9b00dbd8. Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
 */
export function philox(counter: readonly number[], key: readonly number[]): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const [a, b] = [c0, c2];
    c0 = highOf(0xcd9e8d57, b) ^ c1 ^ k0;
    c2 = highOf(0xd2511f53, a) ^ c3 ^ k1;
    c1 = Math.imul(0xcd9e8d57, b);
    c3 = Math.imul(0xd2511f53, a);
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

/** The upper half of the 64-bit product of two words. */
function highOf(a: number, b: number): number {
  const [a1, a0, b1, b0] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff];
  const middle = a1 * b0 + (Math.imul(a0, b0) >>> 16);
  return Math.imul(a1, b1) + (middle >>> 16) + (((middle & 0xffff) + a0 * b1) >>> 16);
}
