// Loss scaling: gradients grow by a factor on their way back, so that small ones are not lost in 16 bits.
import { checkBelowOne, checkPositiveWhole } from './ranges.ts';

export type LossScalerOptions = {
  /** The first scale. */
  readonly scale?: number;
  /** What the scale is multiplied by after so many steps without an overflow. */
  readonly growth?: number;
  readonly growthInterval?: number;
  /** What the scale is multiplied by after an overflow. */
  readonly backoff?: number;
  /** A scale below this is given up: then a gradient that is not finite is an error, as it is without scaling. */
  readonly floor?: number;
};

/** JSON keeps it. */
export type LossScalerState = {
  readonly scale: number;
  /** Steps since the scale last changed. */
  readonly steady: number;
  readonly skipped: number;
};

export type LossScaler = {
  /** What the loss of the next step is multiplied by. */
  readonly scale: number;
  /** Steps so far whose update was left out, because a gradient overflowed. */
  readonly skipped: number;
  /**
   * Told of each step whether its gradients were finite.
   *
   * @returns false where they were not, and no smaller scale is left to try
   */
  update(finite: boolean): boolean;
  state(): LossScalerState;
  /** @throws TypeError if this is no such state */
  restore(state: LossScalerState): void;
};

/**
 * Dynamic loss scaling. `train` multiplies the loss by the scale, and divides the gradients by it before they are used. A step
 * whose gradients overflow is skipped, and the scale falls; when it has been right for long, it is tried larger.
 *
 *     const scaler = lossScaler();
 *     for await (const { step } of train({ …, precision: 'half', scaler }))
 *       await saveLatest('run', { …, metadata: { scaler: scaler.state() } });
 *
 * Source: Micikevicius et al. 2017, https://arxiv.org/abs/1710.03740; torch.amp.GradScaler, whose defaults these are. The
 * scales are powers of two, which change no digit.
 *
 * @throws RangeError if an option is out of its range
 */
export function lossScaler(options: LossScalerOptions = {}): LossScaler {
  const { growth = 2, growthInterval = 2000, backoff = 0.5, floor = 1 } = options;
  let { scale = 2 ** 16 } = options;
  let steady = 0;
  let skipped = 0;
  checkPositiveWhole({ growthInterval });
  checkBelowOne({ backoff });
  if (!(floor > 0)) throw new RangeError(`Expected floor to be above 0, got ${floor}`);
  if (!(growth >= 1 && growth < Infinity)) throw new RangeError(`Expected growth to be 1 or more, got ${growth}`);
  if (!(scale >= floor && scale <= largest)) {
    throw new RangeError(`Expected scale to be from ${floor} (floor) to 2^100, got ${scale}`);
  }
  return {
    get scale() {
      return scale;
    },
    get skipped() {
      return skipped;
    },
    update(finite) {
      if (finite) {
        steady = (steady + 1) % growthInterval;
        if (steady === 0) scale = Math.min(scale * growth, largest);
        return true;
      }
      if (scale * backoff < floor) return false;
      scale *= backoff;
      steady = 0;
      skipped++;
      return true;
    },
    state: () => ({ scale, steady, skipped }),
    restore(state) {
      const sound = state?.scale >= floor && state.scale <= largest && isCount(state.steady) && isCount(state.skipped);
      if (!sound) throw new TypeError('Expected the state of a loss scaler, got something else');
      ({ scale, steady, skipped } = state);
    },
  };
}

/** So that a loss times its scale is still finite. */
const largest = 2 ** 100;

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
