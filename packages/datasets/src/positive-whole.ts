// The check that every count in this package passes: 1, 2, 3 and so on.

/** Throws a RangeError that names the option unless `value` is a whole number of 1 or more. */
export function expectPositiveWhole(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new RangeError(`Expected ${name} to be a whole number of 1 or more, got ${value}`);
}
