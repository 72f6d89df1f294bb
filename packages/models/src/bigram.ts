// The first rung: a bigram model, where the last token alone decides what comes next.
import { type Embedding, embed, embedding } from '@hornbook/layers';
import { checkIds, checkSizes, type Model } from './model.ts';

export type BigramConfig = {
  readonly vocabSize: number;
};

export type BigramParameters = {
  readonly embedding: Embedding; // [vocabSize, vocabSize]: row a holds the scores of what follows a
};

/**
 * ids [batch, time] → logits [batch, time, vocabSize]: each token's row of a table is its vector and its scores at once.
 * Starts from N(0, 1), as PyTorch's nn.Embedding does.
 *
 * @throws RangeError if vocabSize is not a whole number above 0
 */
export function bigram(config: BigramConfig): Model<BigramConfig, BigramParameters> {
  const { vocabSize } = config;
  checkSizes({ vocabSize });
  return {
    config,
    parameterCount: vocabSize * vocabSize,
    initialize: (generator) => ({ embedding: embedding(generator, vocabSize, vocabSize) }),
    forward(parameters, ids) {
      checkIds(ids);
      return embed(parameters.embedding, ids);
    },
  };
}
