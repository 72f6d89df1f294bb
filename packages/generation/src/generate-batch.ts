// Several prompts at once: one pass of the model serves all rows, and each row is as if it were alone.
import type { ParameterTree } from '@hornbook/ops';
import type { Tensor2D, TypedArray } from '@tensorflow/tfjs-core';
import { checkIds, checkLimits } from './check-options.ts';
import { type ChoiceOptions, chooseToken, type Token } from './choose-token.ts';
import { checkDraws, drawnToken, drawTokens, type TokenGenerator } from './draw-tokens.ts';
import { nextTask } from './event-loop.ts';
import { type GenerativeModel, makeReader } from './reader.ts';
import { rowsOf } from './rows.ts';
import type { State } from './state.ts';

/** What every way to generate takes. */
export type GenerationOptions<P extends ParameterTree, S extends State> = GenerativeModel<P, S> &
  ChoiceOptions & {
    readonly maxTokens: number;
    /** Ends a text before this id, which is drawn but not given. */
    readonly stop?: (id: number) => boolean;
    /**
     * Draws where the logits are, and reads ids alone: quicker on a GPU. The same probabilities, but other draws than
     * PyTorch's, one `uniform` number for each token; and neither `allow`, `alternatives` nor penalties.
     */
    readonly drawOnEngine?: boolean;
    /** Ends all after the ids that are being chosen. */
    readonly signal?: AbortSignal;
  };

export type GenerateBatchOptions<P extends ParameterTree, S extends State> = GenerationOptions<P, S> & {
  /** The ids to go on from, of any lengths. */
  readonly prompts: readonly ArrayLike<number>[];
  /** One for each prompt, so that a row's text does not depend on its neighbours. */
  readonly generators: readonly TokenGenerator[];
};

export type BatchToken = Token & {
  /** The place of its prompt. */
  readonly row: number;
};

/**
 * New tokens of all rows, as soon as each is chosen. Row i gets the tokens that `generateTokens` would give it alone.
 *
 * Needs no padding: all rows are read up to the end of the shortest prompt; from there on each takes one token at a time,
 * first those of its own prompt, then those that are chosen. So models need not know about it, and prompts of nearly the
 * same length are the quickest.
 *
 * @throws RangeError as `generate`, or if prompts and generators are not as many
 */
export async function* generateBatch<P extends ParameterTree, S extends State>(
  options: GenerateBatchOptions<P, S>,
): AsyncGenerator<BatchToken, void> {
  const { prompts, generators, contextLength, maxTokens, stop, drawOnEngine = false, signal } = options;
  checkLimits(contextLength, maxTokens);
  if (generators.length !== prompts.length) {
    throw new RangeError(`Expected a generator for each of ${prompts.length} prompts, got ${generators.length}`);
  }
  if (drawOnEngine) checkDraws(options, generators);
  if (prompts.length === 0) throw new RangeError('Expected at least 1 prompt, got none');
  const shown = prompts.map((prompt) => Array.from(prompt).slice(-contextLength));
  const shortest = Math.min(...shown.map((ids) => ids.length));
  if (shortest === 0) {
    throw new RangeError('Expected a prompt of at least 1 token, got none: begin with a newline or a start token');
  }
  const checkPrompts = (size: number) => {
    for (const prompt of prompts) checkIds(prompt, size);
  };
  const known = options.config?.vocabSize;
  // Before the model sees them, where that is known: on other ids engines have errors of their own, or none.
  if (known !== undefined) checkPrompts(known);
  const rows = shown.map((ids) => ({ waiting: ids.slice(shortest), made: [] as number[], done: maxTokens === 0 }));
  let next = shown.map((ids) => ids.slice(0, shortest));
  const see = drawOnEngine
    ? drawTokens(generators, options, (row) => rows[row].waiting.length === 0 && !rows[row].done)
    : (logits: Tensor2D) => [logits];
  let unchecked: number | undefined; // the vocabulary, where only the logits tell it
  const reader = makeReader(options, (logits) => {
    if (known === undefined) unchecked ??= logits.shape[1];
    return see(logits);
  });
  const choose = (values: readonly TypedArray[], row: number) =>
    drawOnEngine
      ? drawnToken(values, row)
      : chooseToken(
          rowsOf(values[0], rows.length)[row],
          { prompt: prompts[row], made: rows[row].made },
          generators[row],
          options,
        );
  try {
    for (let first = true; rows.some(({ done }) => !done) && !signal?.aborted; first = false) {
      const values = await reader.read(next);
      if (first && unchecked !== undefined) checkPrompts(unchecked);
      next = [];
      for (const [row, state] of rows.entries()) {
        const { waiting, made } = state;
        const given = waiting.shift();
        if (given !== undefined || state.done) {
          next.push([given ?? 0]); // a row that is done goes along with any token
          continue;
        }
        const token = choose(values, row);
        next.push([token.id]);
        const ended = stop?.(token.id) === true;
        if (!ended) {
          made.push(token.id);
          yield { row, ...token };
        }
        state.done = ended || made.length === maxTokens;
      }
      await nextTask();
    }
  } finally {
    reader.dispose();
  }
}
