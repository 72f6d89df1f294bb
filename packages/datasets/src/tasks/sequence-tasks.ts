// Tasks on sequences of letters: say them again, backwards, or in order.
import { expectIndex } from '../dataset.ts';
import { expectPositiveWhole } from '../positive-whole.ts';
import type { RandomGenerator } from '../random-generator.ts';
import { asking, type Task, taskOf } from './task.ts';

export type SequenceOptions = {
  /** How many pairs. */
  readonly count: number;
  /** Letters in a sequence. */
  readonly length: number;
  /** How many different letters there are, up to 26. */
  readonly symbols: number;
  readonly generator: Pick<RandomGenerator, 'integers'>;
};

/** `cab=` → `cab`. Attention solves it by looking back a fixed distance. */
export function copyTask(options: SequenceOptions): Task {
  return sequenceTask(options, (letters) => letters);
}

/** `cab=` → `bac` */
export function reverseTask(options: SequenceOptions): Task {
  return sequenceTask(options, (letters) => letters.toReversed());
}

/** `cab=` → `abc` */
export function sortTask(options: SequenceOptions): Task {
  return sequenceTask(options, (letters) => letters.toSorted());
}

/**
 * All letters are drawn at once, with `integers(count · length, 0, symbols)`. The same sequence can come twice: of few and
 * short ones, a split has some on both sides.
 */
function sequenceTask(
  { count, length, symbols, generator }: SequenceOptions,
  respond: (letters: Int32Array) => Int32Array,
): Task {
  expectPositiveWhole('count', count);
  expectPositiveWhole('length', length);
  expectPositiveWhole('symbols', symbols);
  if (symbols > 26) throw new RangeError(`Expected at most 26 symbols, the letters a to z, got ${symbols}`);
  const alphabet = [...'abcdefghijklmnopqrstuvwxyz'].slice(0, symbols);
  const first = 2; // the id of 'a'
  const drawn = generator.integers(count * length, 0, symbols);
  const at = (index: number) => {
    expectIndex(index, count);
    const letters = drawn.slice(index * length, (index + 1) * length).map((letter) => first + letter);
    return { prompt: asking(...letters), response: respond(letters) };
  };
  return taskOf({ length: count, at }, alphabet);
}
