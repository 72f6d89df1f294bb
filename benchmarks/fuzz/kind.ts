// A kind of file that is read here: a sound one, what reads it, and how it says no.
import type { Generator } from '@hornbook/random';

type AnyError = new (...args: never[]) => Error;

export type Kind = {
  readonly sound: Uint8Array;
  readonly read: (bytes: Uint8Array<ArrayBuffer>) => unknown;
  /** The errors of a file that is refused. */
  readonly refusals: readonly AnyError[];
  /** Puts right what would hide the damage. */
  readonly mend?: (bytes: Uint8Array<ArrayBuffer>, generator: Generator) => void;
};
