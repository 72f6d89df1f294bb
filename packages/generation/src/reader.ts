// Reads ids row by row and tells what the model expects next: anew each time, or on from what it remembers.
import { compileStep, type ParameterTree } from '@hornbook/ops';
import type { Tensor, Tensor2D, TypedArray } from '@tensorflow/tfjs-core';
import { remembering } from './remembering.ts';
import { grow, lastPlaces, runReading, toArray } from './rows.ts';
import type { State } from './state.ts';

/** A model as generation sees it: one function, and a second where it can go on from what it has read. */
export type GenerativeModel<P extends ParameterTree, S extends State> = {
  readonly parameters: P;
  /** ids [batch, time] → logits [batch, vocabSize], or [batch, time, vocabSize], of which only the last place is used. */
  forward(parameters: P, ids: Tensor2D): Tensor;
  /**
   * The same from a state and to a state, which share no tensor: what came before need not be read again. A state of
   * variables it may change in place, and return. A model that counts in numbers of its own is not recorded.
   */
  advance?(parameters: P, ids: Tensor2D, state?: S): { readonly logits: Tensor; readonly state: S };
  /** Whether `advance` goes on past the context, one id at a time. If not, half of the context is then read anew. */
  readonly endless?: boolean;
  /** The most ids that the model reads: it is shown the last so many. */
  readonly contextLength: number;
  /** Where it says its vocabulary, prompts are checked before the model sees them. */
  readonly config?: { readonly vocabSize?: number };
};

/** Rows of ids, all of one length, that grow together. */
export type Reader = {
  /** Adds ids to each row, [batch][time], and gives the values that are to be seen of what comes next. */
  read(ids: readonly (readonly number[])[]): Promise<TypedArray[]>;
  /** Row i goes on from what row `rows[i]` has read; any row may be taken several times, or never. */
  choose(rows: readonly number[]): void;
  /** Frees what is remembered. */
  dispose(): void;
};

/** What is made of logits [batch, vocabSize], where they are, and then read. */
export type See = (logits: Tensor2D) => Tensor[];

/** A reader for any model, with the means that it has. By default all logits are seen. */
export function makeReader<P extends ParameterTree, S extends State>(
  model: GenerativeModel<P, S>,
  see: See = (logits) => [logits],
): Reader {
  return model.advance ? remembering(model, model.advance, see) : forgetful(model, see);
}

/**
 * Shows the model all rows again, whenever they have grown. Once they fill the context their shape stays the same, and the
 * reading is recorded.
 */
function forgetful<P extends ParameterTree, S extends State>(model: GenerativeModel<P, S>, see: See): Reader {
  const { parameters, contextLength } = model;
  let rows: number[][] = [];
  const step = compileStep<[Tensor2D]>(function* (shown) {
    yield see(lastPlaces(model.forward(parameters, shown), shown, 'forward'));
  });
  return {
    async read(ids) {
      rows = grow(rows, ids, contextLength);
      return runReading(step, [toArray(rows)]);
    },
    choose(from) {
      rows = from.map((row) => [...rows[row]]);
    },
    dispose: step.dispose,
  };
}
