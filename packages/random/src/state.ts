// The whole state of a generator as plain JSON: saved with a checkpoint, checked when it comes back.
import { describe } from './checks.ts';
import { wordCount } from './mersenne-twister.ts';

/** Everything that the next draw depends on. JSON keeps all of it. */
export type GeneratorState = {
  readonly kind: 'mt19937';
  /** The seed as a decimal number: it can exceed what a `number` holds. */
  readonly seed: string;
  /** 624 words of 32 bits. */
  readonly words: readonly number[];
  /** How many of the words are used up, 0 to 624. */
  readonly position: number;
  /** The second of a pair of normals, waiting for the next short `normal` call. */
  readonly spare: number | null;
};

/**
 * Passes a state on if `restore` can use it.
 *
 * @throws TypeError or RangeError that names the first thing wrong with it
 */
export function checkState(state: unknown): GeneratorState {
  if (typeof state !== 'object' || state === null) {
    throw new TypeError(`Expected the state of a generator, got ${describe(state)}`);
  }
  const { kind, seed, words, position, spare } = state as Partial<Record<keyof GeneratorState, unknown>>;
  if (kind !== 'mt19937') throw new RangeError(`Expected a state of kind "mt19937", got ${describe(kind)}`);
  if (typeof seed !== 'string' || !/^\d{1,20}$/.test(seed) || BigInt(seed) >= 2n ** 64n) {
    throw new RangeError(`Expected the state's seed to be 0 to 2^64 − 1 as a string of digits, got ${describe(seed)}`);
  }
  if (!Array.isArray(words)) throw new TypeError(`Expected the state's words to be an array, got ${describe(words)}`);
  if (words.length !== wordCount) {
    throw new RangeError(`Expected ${wordCount} words in the state, got ${words.length}`);
  }
  const wrong = words.findIndex((word) => !isWhole(word, 2 ** 32 - 1));
  if (wrong >= 0) {
    throw new RangeError(
      `Expected words from 0 to 2^32 − 1 in the state, got ${describe(words[wrong])} at place ${wrong}`,
    );
  }
  if (!isWhole(position, wordCount)) {
    throw new RangeError(`Expected the state's position to be 0 to ${wordCount}, got ${describe(position)}`);
  }
  if (spare !== null && !(typeof spare === 'number' && Number.isFinite(spare))) {
    throw new RangeError(`Expected the state's spare normal to be a number or null, got ${describe(spare)}`);
  }
  return { kind, seed, words, position, spare };
}

function isWhole(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;
}
