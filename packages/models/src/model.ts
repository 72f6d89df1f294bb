// What every model is: its configuration, its first parameters, and the way from ids to scores.
import type { ParameterTree } from '@hornbook/ops';
import type { Generator } from '@hornbook/random';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';

export type Model<Config, Parameters extends ParameterTree> = {
  readonly config: Config;
  /** How many numbers `initialize` makes, counted without making them. Tied weights count once. */
  readonly parameterCount: number;
  /** Fresh parameters: plain tensors that belong to the caller. */
  initialize(generator: Generator): Parameters;
  /**
   * Scores (logits) for every possible next token: ids [batch, time], int32, → [..., vocabSize].
   * Its intermediate tensors are the caller's as well: call it inside `tidy`.
   *
   * @throws RangeError or TypeError if the ids do not fit the model
   */
  forward(parameters: Parameters, ids: Tensor2D, options?: ForwardOptions): Tensor;
};

/** What a model with a memory has as well: it goes on where it left off, at the same cost for every token. */
export type Advancing<Parameters extends ParameterTree, State> = {
  /**
   * Reads on from a state, or anew without one: ids [batch, time] → logits [batch, vocabSize], of the last place alone
   * or of every place [batch, time, vocabSize], and the state after it. The states belong to the caller, and share no
   * tensor.
   *
   * @throws RangeError if the state does not fit the ids or the model, or the context is full and the model not endless
   */
  advance(parameters: Parameters, ids: Tensor2D, state?: State): { logits: Tensor; state: State };
  /** Whether it goes on past its context, one token at a time, by forgetting the oldest. */
  readonly endless: boolean;
};

export type ForwardOptions = {
  /** Turns dropout on, while training. A model without dropout draws nothing from it. */
  readonly generator?: Generator;
};

/** Throws unless ids are int32 and [batch, time], with at least one token in a row. */
export function checkIds(ids: Tensor): void {
  if (ids.rank !== 2) {
    throw new RangeError(`Expected ids of shape [batch, time], got ${describe(ids)}: a single row is [1, time]`);
  }
  if (ids.dtype !== 'int32') {
    throw new TypeError(`Expected int32 ids, got ${ids.dtype}: make them with tensor2d(rows, shape, 'int32')`);
  }
  if (ids.shape[1] === 0) throw new RangeError(`Expected at least 1 token, got ${describe(ids)}`);
}

/** Throws a RangeError that names the first number of a configuration that is not a whole number above 0. */
export function checkSizes(sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (!Number.isSafeInteger(size) || size < 1) {
      throw new RangeError(`Expected ${name} to be a whole number above 0, got ${size}`);
    }
  }
}

function describe(ids: Tensor): string {
  return `[${ids.shape.join(', ')}]`;
}
