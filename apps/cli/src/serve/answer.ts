// One text of an answer: made token by token, with what clients may want to know about each.
import type { Alternative, ChoiceOptions, Token } from '@hornbook/generation';
import { manualSeed } from '@hornbook/random';
import type { Tokenizer } from '@hornbook/tokenizers';
import type { Sampler } from '../generation/sampler.ts';
import type { Wanted } from './read-request.ts';

export type Answered = { readonly tokens: number; readonly finish: 'stop' | 'length' };

/** A piece of text as it comes, with the tokens that were made since the last one. */
export type Piece = { readonly text: string; readonly tokens: readonly Token[] };

export type Question = {
  readonly prompt: readonly number[];
  readonly maxTokens: number;
  /** Decides every choice. */
  readonly seed: number;
  readonly stop: readonly string[];
  readonly wanted: Wanted;
};

/**
 * Makes one text. Whoever listens is waited for.
 *
 * @throws the signal's reason where it is aborted before the end
 */
export async function answer(
  sampler: Sampler,
  { prompt, maxTokens, seed, stop, wanted }: Question,
  listen: (piece: Piece) => Promise<void> | void,
  signal: AbortSignal,
): Promise<Answered> {
  const options: ChoiceOptions = {
    ...wanted.sampling,
    ...(wanted.alternatives !== undefined && { alternatives: wanted.alternatives }),
  };
  let fresh: Token[] = [];
  const generator = manualSeed(seed);
  const { tokens, finish } = await sampler.write(
    prompt,
    { ...options, length: maxTokens, stop, generator, signal, echo: false, onToken: (token) => fresh.push(token) },
    (text) => {
      const piece = { text, tokens: fresh };
      fresh = [];
      return listen(piece);
    },
  );
  signal.throwIfAborted();
  if (fresh.length > 0) await listen({ text: '', tokens: fresh });
  return { tokens: tokens.length, finish: finish === 'stop' ? 'stop' : 'length' };
}

/** As `logprobs` of a completion. @param offset of the first token in the text */
export function completionLogprobs(tokens: readonly Token[], tokenizer: Tokenizer, offset: number) {
  const names = tokens.map(({ id }) => tokenizer.tokenOf(id));
  let place = offset;
  return {
    tokens: names,
    token_logprobs: tokens.map(({ logProbability }) => logProbability),
    top_logprobs: tokens.map(({ alternatives = [] }) =>
      Object.fromEntries(alternatives.map((one) => [tokenizer.tokenOf(one.id), one.logProbability])),
    ),
    text_offset: names.map((name) => {
      place += name.length;
      return place - name.length;
    }),
  };
}

/** As `logprobs` of a chat. */
export function chatLogprobs(tokens: readonly Token[], tokenizer: Tokenizer) {
  const describe = ({ id, logProbability }: Alternative) => {
    const token = tokenizer.tokenOf(id);
    return { token, logprob: logProbability, bytes: [...new TextEncoder().encode(token)] };
  };
  const content = tokens.map((token) => ({
    ...describe(token),
    top_logprobs: (token.alternatives ?? []).map(describe),
  }));
  return { content, refusal: null };
}
