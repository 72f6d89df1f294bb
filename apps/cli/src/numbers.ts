// Numbers as options: parsed and checked where they enter, so that a mistake is a usage error.
import { InvalidArgumentError } from 'commander';

const number = (text: string) => (text.trim() === '' ? Number.NaN : Number(text));

/** A whole number of at least `least`. */
export const wholeNumber =
  (least = 1) =>
  (text: string): number => {
    const value = number(text);
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`Expected a whole number of at least ${least}.`);
  };

/** A number above 0. */
export function positive(text: string): number {
  const value = number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('Expected a number above 0.');
}

/** A number of at least 0. */
export function atLeastZero(text: string): number {
  const value = number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('Expected a number of at least 0.');
}

/** A number from 0 to 1: above 0 and at most 1, or for a share at least 0 and below 1. */
export function probability(text: string): number {
  const value = number(text);
  if (value > 0 && value <= 1) return value;
  throw new InvalidArgumentError('Expected a number above 0 and at most 1.');
}

/** A part of something: above 0 and below 1. */
export function share(text: string): number {
  const value = number(text);
  if (value > 0 && value < 1) return value;
  throw new InvalidArgumentError('Expected a number between 0 and 1.');
}
