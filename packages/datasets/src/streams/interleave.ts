// Several streams as one: which of them gives the next item is drawn by their weights.
import { asFraction, type DrawsState, type PassGenerator, passDraws } from './pass-draws.ts';
import { type Stream, streamBy } from './stream.ts';

export type InterleaveOptions = {
  /** How often each is drawn, in proportion to all. Default: all the same. */
  readonly weights?: readonly number[];
  readonly generator: PassGenerator;
  /** The end: when one stream is used up, or when all are (default); the weights then hold among those left. */
  readonly until?: 'first' | 'all';
};

/** The state of each stream, or null where it is used up. */
type State = { readonly drawn: DrawsState; readonly from: readonly (object | null)[] };

/**
 * Mixes streams: each item is the next of one of them, drawn by weight. Every item comes once, those of one stream in
 * their order. Each pass has a generator of its own, with a seed drawn from `generator` when it is opened.
 *
 *     interleave([stories, code], { weights: [0.8, 0.2], generator })
 *
 * @throws RangeError if there is not a weight above 0 for each stream, or no stream
 */
export function interleave<T>(
  streams: readonly Stream<T>[],
  { weights = streams.map(() => 1), generator, until = 'all' }: InterleaveOptions,
): Stream<T> {
  if (streams.length === 0) throw new RangeError('Expected at least 1 stream, got 0');
  if (weights.length !== streams.length || !weights.every((weight) => weight > 0 && Number.isFinite(weight))) {
    throw new RangeError(`Expected a weight above 0 for each of ${streams.length} streams, got ${weights.join(', ')}`);
  }
  return streamBy<T, State>('interleaved', (state) => {
    const draws = passDraws(generator, state?.drawn);
    const readings = streams.map((stream, i) => {
      const from = state?.from[i];
      return from === null ? undefined : stream.open(from);
    });
    const left = weights.map((weight, i) => (readings[i] ? weight : 0));
    async function* mixed() {
      try {
        while (left.some((weight) => weight > 0)) {
          const chosen = placeOf(asFraction(draws.draw()), left);
          const next = await readings[chosen]?.next();
          if (next && !next.done) {
            yield next.value;
            continue;
          }
          for (const [i, reading] of readings.entries()) {
            if (until === 'all' && i !== chosen) continue;
            left[i] = 0;
            readings[i] = undefined;
            await reading?.return();
          }
        }
      } finally {
        for (const reading of readings) await reading?.return();
      }
    }
    return {
      items: mixed(),
      state: () => ({ drawn: draws.state(), from: readings.map((reading) => reading?.state() ?? null) }),
    };
  });
}

/** Where a fraction of the sum of weights falls. Never where the weight is 0. */
function placeOf(fraction: number, weights: readonly number[]): number {
  let rest = fraction * weights.reduce((sum, weight) => sum + weight, 0);
  let place = 0;
  for (const [i, weight] of weights.entries()) {
    if (weight === 0) continue;
    place = i;
    rest -= weight;
    if (rest < 0) break;
  }
  return place;
}
