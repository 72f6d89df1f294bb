// Tells a loss that explodes from one that jumps.

/** How many losses the running mean remembers. */
const memory = 100;

/**
 * Watches losses as they come: a function that gives the limit which a loss exceeds, if it does.
 *
 * The limit is `times` the level, and the level the lowest running mean of the losses before, or 1 if that is lower: so a
 * model that has nearly learned its text by heart may still be surprised. The first loss is never too large.
 *
 * Example: after losses 17.8, 9 and 3, the level is their mean, about 10, and a loss of 1,000 exceeds 100 times it.
 */
export function lossLevel(times: number): (loss: number) => number | undefined {
  let mean = 0;
  let count = 0;
  let lowest = Number.POSITIVE_INFINITY;
  return (loss) => {
    const limit = times * Math.max(1, lowest);
    if (loss > limit) return limit;
    count = Math.min(count + 1, memory);
    mean += (loss - mean) / count;
    lowest = Math.min(lowest, mean);
    return undefined;
  };
}
