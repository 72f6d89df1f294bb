// The whole choice of one token: what is allowed, what was there before, how bold to be, and a draw.
import type { Generator } from '@hornbook/random';
import { logProbabilities, logProbabilityOf } from './log-probabilities.ts';
import { type History, type PenaltyOptions, penalize } from './penalties.ts';
import { type SamplingOptions, sampleToken } from './sample-token.ts';

export type ChoiceOptions = SamplingOptions &
  PenaltyOptions & {
    /** Whether a token may follow those made so far; all may when left out. Asked for every token of the vocabulary. */
    readonly allow?: (id: number, made: readonly number[]) => boolean;
    /** How many of the likeliest tokens to tell beside each that is made. */
    readonly alternatives?: number;
  };

/** A token that could have been made. */
export type Alternative = {
  readonly id: number;
  /** ln of the probability that the model itself gave it, before all that options change. */
  readonly logProbability: number;
};

/** A token that was made. */
export type Token = Alternative & {
  /** Where they are asked for: the likeliest of all tokens, in their order; of equal ones the lower ids first. */
  readonly alternatives?: readonly Alternative[];
};

/** @throws RangeError if `allow` forbids every token, an option is out of its range, or the logits are not sound */
export function chooseToken(
  logits: Float32Array,
  history: History,
  generator: Pick<Generator, 'multinomial'>,
  options: ChoiceOptions,
): Token {
  const allowed = options.allow ? mask(logits, history.made, options.allow) : logits;
  const id = sampleToken(penalize(allowed, history, options), generator, options);
  const token = { id, logProbability: logProbabilityOf(logits, id) };
  return options.alternatives === undefined
    ? token
    : { ...token, alternatives: likeliest(logits, options.alternatives) };
}

function likeliest(logits: Float32Array, count: number): readonly Alternative[] {
  const probabilities = logProbabilities(logits);
  const threshold = probabilities.slice().sort().at(-count) ?? Number.NEGATIVE_INFINITY;
  const found = [...probabilities].flatMap((logProbability, id) =>
    count > 0 && logProbability >= threshold ? [{ id, logProbability }] : [],
  );
  return found.sort((a, b) => b.logProbability - a.logProbability).slice(0, count);
}

function mask(logits: Float32Array, made: readonly number[], allow: NonNullable<ChoiceOptions['allow']>): Float32Array {
  let left = 0;
  const masked = logits.map((logit, id) => {
    if (!allow(id, made)) return Number.NEGATIVE_INFINITY;
    left++;
    return logit;
  });
  if (left > 0) return masked;
  throw new RangeError(
    `Expected allow to leave at least 1 of ${logits.length} tokens after ${made.length} new ones, got none: ` +
      'allow a token that ends the text',
  );
}
