// Draws tokens where the logits are, so that only ids and their log probabilities are read.
import { hostInput, sampleTokens } from '@hornbook/ops';
import type { Generator } from '@hornbook/random';
import type { Tensor1D, TypedArray } from '@tensorflow/tfjs-core';
import type { ChoiceOptions, Token } from './choose-token.ts';
import type { See } from './reader.ts';

/** What draws tokens: `uniform` is needed for draws on the engine alone. */
export type TokenGenerator = Pick<Generator, 'multinomial'> & Partial<Pick<Generator, 'uniform'>>;

/**
 * Makes of logits [batch, vocabSize] the ids and log probabilities of a token for each row, [batch] both. Takes one number of
 * the generator of each row that is wanted at the time, and none at temperature 0.
 */
export function drawTokens(
  generators: readonly TokenGenerator[],
  { temperature, topK, topP, minP }: ChoiceOptions,
  isWanted: (row: number) => boolean,
): See {
  const draws = () =>
    Float32Array.from(generators, (generator, row) => (temperature !== 0 && isWanted(row) ? drawOf(generator) : 0));
  return (logits) => {
    const places = hostInput(draws, [generators.length]) as Tensor1D;
    return sampleTokens(logits, places, { temperature, topK, topP, minP });
  };
}

/** @throws RangeError if the logits left the row nothing to choose from */
export function drawnToken([ids, logProbabilities]: readonly TypedArray[], row: number): Token {
  if (ids[row] < 0) {
    throw new RangeError(
      `Expected logits below infinity, and one above -Infinity, in row ${row}: has training diverged?`,
    );
  }
  return { id: ids[row], logProbability: logProbabilities[row] };
}

/** @throws RangeError for options that look at each logit by itself, TypeError for a generator without `uniform` */
export function checkDraws(options: ChoiceOptions, generators: readonly TokenGenerator[]): void {
  const { allow, alternatives, repetitionPenalty = 1, frequencyPenalty = 0, presencePenalty = 0 } = options;
  if (allow || alternatives || repetitionPenalty !== 1 || frequencyPenalty !== 0 || presencePenalty !== 0) {
    throw new RangeError(
      'Expected neither allow, alternatives nor penalties with drawOnEngine, got some: leave one of both out',
    );
  }
  if (!generators.every(({ uniform }) => uniform)) {
    throw new TypeError('Expected generators with uniform for drawOnEngine, got one without: take one of manualSeed');
  }
}

function drawOf(generator: TokenGenerator): number {
  const [draw] = (generator as Pick<Generator, 'uniform'>).uniform(1);
  return draw;
}
