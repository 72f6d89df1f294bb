// The hierarchical MLP: tokens join into pairs, pairs into fours, and so on, instead of all at once.
import {
  applyBatchNorm,
  applyLinear,
  type BatchNorm,
  type BatchStatistics,
  batchNorm,
  batchStatistics,
  type Embedding,
  embed,
  embedding,
  type Linear,
  normalizeBatch,
} from '@hornbook/layers';
import { reshape, type Tensor2D, tanh, zeros } from '@tensorflow/tfjs-core';
import { type BatchNormModel, checkContext, checkStatistics, normalWeight } from './batch-norm-mlp.ts';
import type { MlpConfig } from './mlp.ts';
import { checkSizes } from './model.ts';

export type HierarchicalMlpParameters = {
  readonly embedding: Embedding; // [vocabSize, embedDim]
  readonly blocks: readonly HierarchicalMlpBlock[]; // one for each halving of the row
  readonly output: Linear; // [hiddenDim, vocabSize]
};

export type HierarchicalMlpBlock = {
  readonly join: Linear; // [2 · embedDim, hiddenDim] in the first block, [2 · hiddenDim, hiddenDim] later; no bias
  readonly norm: BatchNorm; // [hiddenDim]
};

/**
 * ids [batch, contextLength] → logits [batch, vocabSize]: each block joins two neighbours into one vector (linear, batch
 * norm over rows and places, tanh) until one is left. The fifth part of Karpathy's makemore, after WaveNet: van den Oord
 * et al. 2016, https://arxiv.org/abs/1609.03499. Its norm takes PyTorch's biased variance, as `batchNormMlp`'s.
 *
 * Starts close to knowing nothing, with a loss of about ln(vocabSize). Weights are drawn in makemore's order, from
 * N(0, 1 / inputs), those of the output a tenth of that.
 *
 * @example hierarchicalMlp({ vocabSize: 27, contextLength: 8, embedDim: 24, hiddenDim: 128 }).parameterCount // 76579
 * @throws RangeError if a size is not a whole number above 0, or contextLength no power of two from 2 up
 */
export function hierarchicalMlp(config: MlpConfig): BatchNormModel<MlpConfig, HierarchicalMlpParameters> {
  const { vocabSize, contextLength, embedDim, hiddenDim } = config;
  checkSizes({ vocabSize, contextLength, embedDim, hiddenDim });
  const numBlocks = Math.log2(contextLength);
  if (contextLength < 2 || !Number.isInteger(numBlocks)) {
    throw new RangeError(`Expected contextLength to be a power of two from 2 up, got ${contextLength}`);
  }
  const inputDims = Array.from({ length: numBlocks }, (_, block) => 2 * (block === 0 ? embedDim : hiddenDim));

  /** Everything but how a norm is applied, which is what the two modes differ in. */
  const run = (
    parameters: HierarchicalMlpParameters,
    ids: Tensor2D,
    normalize: (norm: BatchNorm, x: Tensor2D, block: number) => Tensor2D,
  ): Tensor2D => {
    checkContext(ids, contextLength);
    let x = reshape(embed(parameters.embedding, ids), [-1, embedDim]) as Tensor2D; // [batch · contextLength, embedDim]
    for (const [i, { join, norm }] of parameters.blocks.entries()) {
      const pairs = reshape(x, [-1, inputDims[i]]) as Tensor2D; // neighbours side by side: half the rows, twice as wide
      x = tanh(normalize(norm, applyLinear(join, pairs), i));
    }
    return applyLinear(parameters.output, x); // [batch, vocabSize]
  };

  return {
    config,
    parameterCount:
      vocabSize * embedDim +
      inputDims.reduce((total, inputDim) => total + (inputDim + 2) * hiddenDim, 0) +
      (hiddenDim + 1) * vocabSize,
    initialize: (generator) => ({
      embedding: embedding(generator, vocabSize, embedDim),
      blocks: inputDims.map((inputDim) => ({
        join: { weight: normalWeight(generator, inputDim, hiddenDim, 1 / Math.sqrt(inputDim)) },
        norm: batchNorm(hiddenDim),
      })),
      output: {
        weight: normalWeight(generator, hiddenDim, vocabSize, 0.1 / Math.sqrt(hiddenDim)),
        bias: zeros([vocabSize]),
      },
    }),
    initialStatistics: () => inputDims.map(() => batchStatistics(hiddenDim)),
    forwardTraining(parameters, ids) {
      const statistics: BatchStatistics[] = [];
      const logits = run(parameters, ids, (norm, x) => {
        const normalized = normalizeBatch(norm, x);
        statistics.push(normalized.statistics);
        return normalized.output;
      });
      return { logits, statistics };
    },
    forward(parameters, ids, statistics) {
      checkStatistics(statistics, numBlocks);
      return run(parameters, ids, (norm, x, block) => applyBatchNorm(norm, x, statistics[block]));
    },
  };
}
