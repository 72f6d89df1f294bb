// The second rung: Bengio's model, where a fixed number of tokens decide together what comes next.
import { applyLinear, type Embedding, embed, embedding, type Linear } from '@hornbook/layers';
import type { Generator } from '@hornbook/random';
import { reshape, tanh, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { checkIds, checkSizes, type Model } from './model.ts';

export type MlpConfig = {
  readonly vocabSize: number;
  /** Tokens that the model looks at; makemore's block size. */
  readonly contextLength: number;
  readonly embedDim: number;
  readonly hiddenDim: number;
};

export type MlpParameters = {
  readonly embedding: Embedding; // [vocabSize, embedDim]
  readonly hidden: Linear; // [contextLength · embedDim, hiddenDim]
  readonly output: Linear; // [hiddenDim, vocabSize]
};

/**
 * ids [batch, contextLength] → logits [batch, vocabSize]: the tokens' vectors side by side, a hidden layer of tanh, and
 * a score for each token. Bengio et al. 2003, https://www.jmlr.org/papers/v3/bengio03a.html, as in Karpathy's makemore.
 *
 * Starts close to knowing nothing, with a loss of about ln(vocabSize): small output weights, and hidden weights from
 * N(0, (5/3)² / inputs), which keeps tanh out of its flat ends.
 *
 * @throws RangeError if a size is not a whole number above 0
 */
export function mlp(config: MlpConfig): Model<MlpConfig, MlpParameters> {
  const { vocabSize, contextLength, embedDim, hiddenDim } = config;
  checkSizes({ vocabSize, contextLength, embedDim, hiddenDim });
  const inputDim = contextLength * embedDim;
  return {
    config,
    parameterCount: vocabSize * embedDim + (inputDim + 1) * hiddenDim + (hiddenDim + 1) * vocabSize,
    initialize: (generator) => ({
      embedding: embedding(generator, vocabSize, embedDim),
      hidden: scaledLinear(generator, inputDim, hiddenDim, 5 / 3 / Math.sqrt(inputDim)),
      output: scaledLinear(generator, hiddenDim, vocabSize, 0.01),
    }),
    forward(parameters, ids) {
      checkIds(ids);
      const [batch, time] = ids.shape;
      if (time !== contextLength) {
        throw new RangeError(`Expected ${contextLength} tokens, got ${time}: cut or pad each row to ${contextLength}`);
      }
      const vectors = reshape(embed(parameters.embedding, ids), [batch, inputDim]); // side by side
      return applyLinear(parameters.output, tanh(applyLinear(parameters.hidden, vectors))); // [batch, vocabSize]
    },
  };
}

/** N(0, std²) drawn in makemore's order [inputDim, outputDim], which is not nn.Linear's, and biases of 0. */
function scaledLinear(generator: Generator, inputDim: number, outputDim: number, std: number): Linear {
  return {
    weight: tensor2d(generator.normal(inputDim * outputDim, 0, std), [inputDim, outputDim]),
    bias: zeros([outputDim]),
  };
}
