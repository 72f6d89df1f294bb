// A task with a memory: close the brackets that are open, the last opened first.
import { expectIndex } from '../dataset.ts';
import { expectPositiveWhole } from '../positive-whole.ts';
import type { RandomGenerator } from '../random-generator.ts';
import { asking, type Task, taskOf } from './task.ts';

const brackets = ['(', ')', '[', ']', '{', '}', '<', '>'];

export type BracketOptions = {
  /** How many pairs. */
  readonly count: number;
  /** Brackets in a prompt. */
  readonly length: number;
  /** How many kinds of brackets, up to 4. Default 2. */
  readonly kinds?: number;
  readonly generator: Pick<RandomGenerator, 'integers'>;
};

/**
 * What is left to close: `([]{=` → `})`. Responses have different lengths, none if all are closed: batch them with `padded`
 * or `packed`. The language of such brackets, Dyck's, is one that needs a stack.
 *
 * Each place is drawn: a kind to open, or, half of the time, to close what was opened last, if anything is.
 */
export function bracketTask({ count, length, kinds = 2, generator }: BracketOptions): Task {
  expectPositiveWhole('count', count);
  expectPositiveWhole('length', length);
  expectPositiveWhole('kinds', kinds);
  if (kinds > 4) throw new RangeError(`Expected at most 4 kinds of brackets, got ${kinds}`);
  const drawn = generator.integers(count * length, 0, 2 * kinds);
  const at = (index: number) => {
    expectIndex(index, count);
    const toClose: number[] = []; // the last opened at the end
    const prompt = Array.from(drawn.subarray(index * length, (index + 1) * length), (choice) => {
      if (choice >= kinds && toClose.length > 0) return toClose.pop() as number;
      const opening = 2 + 2 * (choice % kinds); // the id of '(' is 2, that of ')' is 3
      toClose.push(opening + 1);
      return opening;
    });
    return { prompt: asking(...prompt), response: Int32Array.from(toClose.reverse()) };
  };
  return taskOf({ length: count, at }, brackets.slice(0, 2 * kinds));
}
