// The engine: MT19937 (Matsumoto and Nishimura 1998), the generator behind PyTorch's CPU stream.

/** 624 words, and how many of them are used up; at 624 the next draw makes new ones. */
export type MersenneTwister = { readonly words: Uint32Array; position: number };

export const wordCount = 624;
const middle = 397;

/** A generator as the paper's `init_genrand` starts it: only the low 32 bits of the seed matter. */
export function mersenneTwister(seed: bigint): MersenneTwister {
  const twister = { words: new Uint32Array(wordCount), position: wordCount };
  seedTwister(twister, seed);
  return twister;
}

/** Starts an existing generator anew. */
export function seedTwister(twister: MersenneTwister, seed: bigint): void {
  const { words } = twister;
  words[0] = Number(seed & 0xffffffffn);
  for (let i = 1; i < wordCount; i++) {
    const previous = words[i - 1] ^ (words[i - 1] >>> 30);
    words[i] = Math.imul(1812433253, previous) + i;
  }
  twister.position = wordCount;
}

/** The next 32 bits, as a number from 0 to 2^32 − 1. */
export function draw(twister: MersenneTwister): number {
  if (twister.position === wordCount) twist(twister);
  let y = twister.words[twister.position++];
  y ^= y >>> 11;
  y ^= (y << 7) & 0x9d2c5680;
  y ^= (y << 15) & 0xefc60000;
  return (y ^ (y >>> 18)) >>> 0;
}

/** 24 of the next 32 bits, as a float32 in [0, 1). */
export function draw24(twister: MersenneTwister): number {
  return (draw(twister) & 0xffffff) * 2 ** -24;
}

/** 53 of the next 64 bits, as a double in [0, 1). The first draw holds the high bits. */
export function draw53(twister: MersenneTwister): number {
  const high = draw(twister) & 0x1fffff;
  return (high * 2 ** 32 + draw(twister)) * 2 ** -53;
}

/** The next 64 bits. Makes a BigInt each time: the float paths do without it. */
export function draw64(twister: MersenneTwister): bigint {
  const high = BigInt(draw(twister));
  return (high << 32n) | BigInt(draw(twister));
}

function twist(twister: MersenneTwister): void {
  const { words } = twister;
  for (let i = 0; i < wordCount - middle; i++) words[i] = words[i + middle] ^ mix(words[i], words[i + 1]);
  for (let i = wordCount - middle; i < wordCount - 1; i++) {
    words[i] = words[i + middle - wordCount] ^ mix(words[i], words[i + 1]);
  }
  words[wordCount - 1] = words[middle - 1] ^ mix(words[wordCount - 1], words[0]);
  twister.position = 0;
}

function mix(word: number, next: number): number {
  const y = (word & 0x80000000) | (next & 0x7fffffff);
  return (y >>> 1) ^ (-(y & 1) & 0x9908b0df);
}
