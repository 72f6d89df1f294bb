// What every draw asks of its arguments: counts, numbers within bounds, the one shape of error message.

/** Throws unless `n` can be a length: a whole number from 0 on. */
export function checkCount(n: number, what: string): void {
  checkNumber(n, what);
  if (!Number.isSafeInteger(n) || n < 0)
    throw new RangeError(`Expected ${what} to be a whole number from 0 on, got ${n}`);
}

/** Throws unless `value` is finite, also after rounding to float32, the form in which it is used. */
export function checkFloat32(value: number, what: string): void {
  checkFinite(value, what);
  if (!Number.isFinite(Math.fround(value))) {
    throw new RangeError(`Expected ${what} to fit a float32, at most 3.4028234663852886e38 in size, got ${value}`);
  }
}

/** Throws unless `value` is a number that is neither NaN nor infinite. */
export function checkFinite(value: number, what: string): void {
  checkNumber(value, what);
  if (!Number.isFinite(value)) throw new RangeError(`Expected ${what} to be finite, got ${value}`);
}

/** Throws unless `value` is a probability. */
export function checkProbability(value: number, what: string): void {
  checkNumber(value, what);
  if (!(value >= 0 && value <= 1)) throw new RangeError(`Expected ${what} to be from 0 to 1, got ${value}`);
}

/** Throws unless `value` is a number at all: callers in plain JavaScript have no compiler to tell them. */
export function checkNumber(value: number, what: string): void {
  if (typeof value !== 'number') throw new TypeError(`Expected ${what} to be a number, got ${describe(value)}`);
}

/** A value as an error message shows it: `"7"`, `10n`, `null`, `an object`. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  if (typeof value === 'function') return 'a function';
  return String(value);
}
