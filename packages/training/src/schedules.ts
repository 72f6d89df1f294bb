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
