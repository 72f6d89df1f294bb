// Numbers as options: parsed and checked where they enter, so that a mistake is a usage error.
import { InvalidArgumentError } from 'commander';
import * as kinds from './config/kinds.ts';
import { nearest } from './config/nearest.ts';

/** A whole number of at least `least`. */
export const wholeNumber = (least: number) => parser(kinds.whole(least));
export const atLeastZero = parser(kinds.fromZero);
export const positive = parser(kinds.aboveZero);
export const finite = parser(kinds.finite);
export const share = parser(kinds.share);
export const probability = parser(kinds.probability);

/** Reads an option of a kind, and refuses what is none. */
export function parser<T>(kind: kinds.Kind<T>): (text: string) => T {
  return (text) => {
    const value = kind.read(text);
    if (kind.holds(value)) return value;
    const meant = kind.choices && nearest(text, kind.choices);
    throw new InvalidArgumentError(`Expected ${kind.expected}.${meant ? ` Did you mean ${meant}?` : ''}`);
  };
}
