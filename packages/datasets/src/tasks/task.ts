// Tasks that make their own data: prompts with the one right response, in ids of a small vocabulary.
import type { Dataset } from '../dataset.ts';
import type { InstructionPair } from '../instructions.ts';

/**
 * A task as pairs for `instructions(task, { end: 0 })`. The id 0, `.`, is in no pair: it ends responses, and fills rows up.
 */
export type Task = Dataset<InstructionPair> & {
  /** What each id stands for. */
  readonly vocabulary: readonly string[];
  /** Ids as text. */
  decode(ids: Iterable<number>): string;
};

/** The id of `=`, which asks for a response. */
export const equals = 1;

/** A task of pairs whose ids from 2 on stand for these symbols. */
export function taskOf(pairs: Dataset<InstructionPair>, symbols: readonly string[]): Task {
  const vocabulary = ['.', '=', ...symbols];
  return {
    length: pairs.length,
    at: (index) => pairs.at(index),
    vocabulary,
    decode: (ids) => Array.from(ids, (id) => vocabulary[id]).join(''),
  };
}

/** The ids of a prompt, with the sign that asks for its response. */
export function asking(...ids: readonly number[]): Int32Array {
  return Int32Array.of(...ids, equals);
}
