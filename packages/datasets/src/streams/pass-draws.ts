// The draws of one pass over a stream, with a place that is small enough to be kept for every item.
import type { RandomGenerator } from '../random-generator.ts';

export type DrawsState = { readonly seed: string; readonly draws: number };

export type PassDraws = {
  /** A whole number from 0 up to, but not including, 2^31. */
  draw(): number;
  state(): DrawsState;
};

/** What a pass draws from: a generator of its own is made of the first. */
export type PassGenerator = Pick<RandomGenerator, 'random64' | 'spawn'>;

const high = 2 ** 31;
const mostAtOnce = 2 ** 16;

/** With a seed drawn from `generator`, or where an earlier pass was: it draws again as often as that had. */
export function passDraws(generator: PassGenerator, saved?: DrawsState): PassDraws {
  const seed = saved ? BigInt(saved.seed) : generator.random64();
  const own = generator.spawn(seed);
  let draws = 0;
  while (saved && draws < saved.draws) {
    draws += own.integers(Math.min(mostAtOnce, saved.draws - draws), 0, high).length;
  }
  return {
    draw() {
      draws++;
      return own.integers(1, 0, high)[0];
    },
    state: () => ({ seed: seed.toString(), draws }),
  };
}

/** `draw()` as a fraction of what it can be: from 0 up to, but not including, 1. */
export const asFraction = (drawn: number) => drawn / high;
