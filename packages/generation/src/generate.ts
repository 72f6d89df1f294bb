// Generation: one token after another, each chosen from what the model says about all before it.
import type { ParameterTree } from '@hornbook/ops';
import type { Token } from './choose-token.ts';
import type { TokenGenerator } from './draw-tokens.ts';
import { type GenerationOptions, generateBatch } from './generate-batch.ts';
import type { State } from './state.ts';

export type GenerateOptions<P extends ParameterTree, S extends State = State> = GenerationOptions<P, S> & {
  /** The ids to go on from. A model of fixed input length needs that many, such as [0, 0, 0]. */
  readonly prompt: ArrayLike<number>;
  readonly generator: TokenGenerator;
};

/**
 * New ids, one at a time, as soon as each is chosen. However the loop ends, no tensors are left, and their number is the
 * same after every id.
 *
 * A model that can `advance` reads each id once, so that every further id costs the same. Others read the whole context
 * anew for each. Both give the same ids up to the context. Past it, a model that is `endless` forgets the oldest id with
 * each new one; another that can `advance` begins anew with the last half of its context, whenever that is full.
 *
 * `for await (const id of generate({ ...model, parameters, prompt, contextLength: 64, maxTokens: 100, generator })) …`
 *
 * @throws RangeError if the prompt is empty or not of this vocabulary, an option is out of its range, or `allow` forbids
 * every token
 */
export async function* generate<P extends ParameterTree, S extends State>(
  options: GenerateOptions<P, S>,
): AsyncGenerator<number, void> {
  for await (const { id } of generateTokens(options)) yield id;
}

/** As `generate`, with the log probability of each token. */
export async function* generateTokens<P extends ParameterTree, S extends State>(
  options: GenerateOptions<P, S>,
): AsyncGenerator<Token, void> {
  const { prompt, generator } = options;
  for await (const { row: _, ...token } of generateBatch({
    ...options,
    prompts: [prompt],
    generators: [generator],
  })) {
    yield token;
  }
}
