// Learning-rate schedules: functions from the number of steps made so far to the rate of the next one.

export type Schedule = (step: number) => number;

export type RateOptions = {
  /** The highest rate, reached when the warm-up ends. */
  readonly learningRate: number;
  /** The step from which the rate is `minimum`. */
  readonly steps: number;
  /** Steps over which the rate climbs in equal parts; 0 by default. */
  readonly warmupSteps?: number;
  /** Where the rate ends; 0 by default. */
  readonly minimum?: number;
};

/** The same rate at every step. */
export function constantRate(learningRate: number): Schedule {
  return () => learningRate;
}

/**
 * After the warm-up, down along a straight line.
 *
 * `linearRate({ learningRate: 1, steps: 4 })` gives 1, 0.75, 0.5, 0.25, 0, 0, …
 *
 * @throws RangeError if the warm-up takes all of the steps
 */
export function linearRate(options: RateOptions): Schedule {
  return warmUpThen(options, (progress) => 1 - progress);
}

/**
 * After the warm-up, down along half a cosine: slowly at first and at the end.
 * `minimum + (learningRate − minimum) · (1 + cos(π · progress)) / 2`
 *
 * Source: Loshchilov and Hutter, https://arxiv.org/abs/1608.03983; nanoGPT, whose warm-up this is:
 * `learningRate · (step + 1) / (warmupSteps + 1)`.
 *
 * @throws RangeError if the warm-up takes all of the steps
 */
export function cosineRate(options: RateOptions): Schedule {
  return warmUpThen(options, (progress) => (1 + Math.cos(Math.PI * progress)) / 2);
}

/**
 * After the warm-up the full rate, and at the end down along a straight line: a run can be lengthened from any step
 * before the fall.
 *
 * Source: Hu et al., https://arxiv.org/abs/2404.06395; Hägele et al., https://arxiv.org/abs/2405.18392, who let the last
 * fifth fall.
 *
 * @throws RangeError if the warm-up and the fall take more than all of the steps, or the fall takes none
 */
export function warmupStableDecayRate(options: RateOptions & { readonly decaySteps?: number }): Schedule {
  const { steps, warmupSteps = 0, decaySteps = Math.ceil(steps / 5) } = options;
  if (!(decaySteps > 0 && warmupSteps + decaySteps <= steps)) {
    throw new RangeError(
      `Expected decaySteps above 0 and at most ${steps - warmupSteps}, the steps after the warm-up, got ${decaySteps}`,
    );
  }
  return warmUpThen(options, (progress) => Math.min(1, ((1 - progress) * (steps - warmupSteps)) / decaySteps));
}

/**
 * The same rate until a step, another from it on. makemore's 0.1 and then 0.01 is
 *
 *     stepRate(0.1, { 100_000: 0.01 })
 *
 * @throws RangeError if a step is no whole number from 0 up
 */
export function stepRate(learningRate: number, drops: Readonly<Record<number, number>>): Schedule {
  const places = Object.entries(drops).map(([step, rate]) => ({ step: Number(step), rate }));
  for (const { step } of places) {
    if (!Number.isSafeInteger(step) || step < 0) {
      throw new RangeError(`Expected steps to be whole numbers from 0 up, got ${step}`);
    }
  }
  places.sort((a, b) => b.step - a.step); // the last first
  return (step) => places.find((place) => step >= place.step)?.rate ?? learningRate;
}

/** `fall` goes from 1 to 0 while progress goes from 0 to 1. */
function warmUpThen(options: RateOptions, fall: (progress: number) => number): Schedule {
  const { learningRate, steps, warmupSteps = 0, minimum = 0 } = options;
  if (!(warmupSteps >= 0 && warmupSteps < steps)) {
    throw new RangeError(`Expected a warm-up of fewer than ${steps} steps, got ${warmupSteps}`);
  }
  return (step) => {
    if (step < warmupSteps) return (learningRate * (step + 1)) / (warmupSteps + 1);
    const progress = Math.min(1, (step - warmupSteps) / (steps - warmupSteps));
    return minimum + (learningRate - minimum) * fall(progress);
  };
}
