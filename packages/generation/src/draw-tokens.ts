// Draws tokens where the logits are, so that only ids and their log probabilities are read.
import { sampleTokens } from '@hornbook/ops';
import type { Generator } from '@hornbook/random';
import { dispose, type Tensor2D, tensor1d } from '@tensorflow/tfjs-core';
import type { ChoiceOptions, Token } from './choose-token.ts';

/** What draws tokens: `uniform` is needed for draws on the engine alone. */
export type TokenGenerator = Pick<Generator, 'multinomial'> & Partial<Pick<Generator, 'uniform'>>;

/**
 * A token for each row of logits [batch, vocabSize], which are used up. Takes one number of the generator of each row that
 * is wanted, and none at temperature 0.
 *
 * @throws RangeError if a wanted row leaves nothing to choose from
 */
export async function drawTokens(
  logits: Tensor2D,
  wanted: readonly boolean[],
  generators: readonly TokenGenerator[],
  { temperature, topK, topP, minP }: ChoiceOptions,
): Promise<Token[]> {
  const draws = generators.map((generator, row) => (wanted[row] && temperature !== 0 ? drawOf(generator) : 0));
  const places = tensor1d(draws);
  try {
    const drawn = sampleTokens(logits, places, { temperature, topK, topP, minP });
    const [ids, logProbabilities] = await Promise.all(drawn.map((one) => one.data()));
    dispose(drawn);
    return Array.from(ids, (id, row) => {
      if (id < 0 && wanted[row]) {
        throw new RangeError(
          `Expected logits below infinity, and one above -Infinity, in row ${row}: has training diverged?`,
        );
      }
      return { id, logProbability: logProbabilities[row] };
    });
  } finally {
    dispose([logits, places]);
  }
}

/** @throws RangeError for options that look at each logit by itself, TypeError for a generator without `uniform` */
export function checkDraws(options: ChoiceOptions, generators: readonly TokenGenerator[]): void {
  const { allow, repetitionPenalty = 1, frequencyPenalty = 0, presencePenalty = 0 } = options;
  if (allow || repetitionPenalty !== 1 || frequencyPenalty !== 0 || presencePenalty !== 0) {
    throw new RangeError('Expected neither allow nor penalties with drawOnEngine, got some: leave one of both out');
  }
  if (!generators.every(({ uniform }) => uniform)) {
    throw new TypeError('Expected generators with uniform for drawOnEngine, got one without: take one of manualSeed');
  }
}

function drawOf(generator: TokenGenerator): number {
  const [draw] = (generator as Pick<Generator, 'uniform'>).uniform(1);
  return draw;
}
