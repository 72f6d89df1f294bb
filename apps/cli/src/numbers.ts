// Numbers as options: parsed and checked where they enter, so that a mistake is a usage error.
import { InvalidArgumentError } from 'commander';

/** A whole number of at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return parser(`a whole number of at least ${least}`, (value) => Number.isSafeInteger(value) && value >= least);
}

/** A number above 0. */
export const positive = parser('a number above 0', (value) => value > 0);

/** A number of at least 0. */
export const atLeastZero = parser('a number of at least 0', (value) => value >= 0);

/** Any number. */
export const finite = parser('a number', () => true);

/** Above 0 and at most 1. */
export const probability = parser('a number above 0 and at most 1', (value) => value > 0 && value <= 1);

/** The part of something that is left out: at least 0 and below 1. */
export const share = parser('a number of at least 0 and below 1', (value) => value >= 0 && value < 1);

function parser(wanted: string, fits: (value: number) => boolean): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (Number.isFinite(value) && fits(value)) return value;
    throw new InvalidArgumentError(`Expected ${wanted}.`);
  };
}
