// The checks that optimizers' options share.

/** @throws RangeError if an option is no number from 0 up */
export function checkFromZero(options: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (!(value >= 0)) throw new RangeError(`Expected ${name} from 0 up, got ${value}`);
  }
}

/** @throws RangeError if an option is not in [0, 1) */
export function checkBelowOne(options: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (!(value >= 0 && value < 1)) {
      throw new RangeError(`Expected ${name} from 0 up to but not including 1, got ${value}`);
    }
  }
}

/** @throws RangeError if an option is no whole number above 0 */
export function checkPositiveWhole(options: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`Expected ${name} to be a whole number above 0, got ${value}`);
    }
  }
}
