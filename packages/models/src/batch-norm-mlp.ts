// The MLP with batch normalization: its hidden layer keeps to tanh's steep middle, however its weights grow.
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
import type { ParameterTree } from '@hornbook/ops';
import type { Generator } from '@hornbook/random';
import { reshape, type Tensor, type Tensor2D, tanh, tensor2d, zeros } from '@tensorflow/tfjs-core';
import type { MlpConfig } from './mlp.ts';
import { checkIds, checkSizes } from './model.ts';

export type BatchNormMlpParameters = {
  readonly embedding: Embedding; // [vocabSize, embedDim]
  readonly hidden: Linear; // [contextLength · embedDim, hiddenDim], without a bias: the norm has one
  readonly norm: BatchNorm; // [hiddenDim]
  readonly output: Linear; // [hiddenDim, vocabSize]
};

/**
 * A model with batch norms acts in two ways, and so has two functions. What its norms measure is a tree of its own, kept
 * by whoever trains: variables that `trackStatistics` moves along, saved beside the parameters.
 *
 * @example
 * const statistics = trainable(model.initialStatistics());
 * const loss = (parameters, { inputs, targets }) => {
 *   const { logits, statistics: measured } = model.forwardTraining(parameters, inputs);
 *   trackStatistics(statistics, measured);
 *   return crossEntropy(logits, targets);
 * };
 * const evaluationLoss = (parameters, { inputs, targets }) =>
 *   crossEntropy(model.forward(parameters, inputs, statistics), targets);
 */
export type BatchNormModel<Config, Parameters extends ParameterTree> = {
  readonly config: Config;
  /** How many numbers `initialize` makes. Statistics are not learned and not counted. */
  readonly parameterCount: number;
  /** Fresh parameters: plain tensors that belong to the caller. */
  initialize(generator: Generator): Parameters;
  /** Mean 0 and variance 1 for each norm: plain tensors that belong to the caller. */
  initialStatistics(): readonly BatchStatistics[];
  /**
   * Training: every norm takes the batch's own statistics, and hands them on. ids [batch, contextLength] → logits
   * [batch, vocabSize]. Call it inside `tidy`.
   *
   * @throws RangeError or TypeError if the ids do not fit, or are a single row
   */
  forwardTraining(parameters: Parameters, ids: Tensor2D): { logits: Tensor2D; statistics: readonly BatchStatistics[] };
  /**
   * Evaluation and generation: every norm takes the given statistics, so that rows do not depend on each other.
   * ids [batch, contextLength] → logits [batch, vocabSize]. Call it inside `tidy`.
   *
   * @throws RangeError or TypeError if the ids or the statistics do not fit
   */
  forward(parameters: Parameters, ids: Tensor2D, statistics: readonly BatchStatistics[]): Tensor2D;
};

/**
 * ids [batch, contextLength] → logits [batch, vocabSize]: the tokens' vectors side by side, a linear layer, batch norm,
 * tanh, and a score for each token. The third part of Karpathy's makemore, which normalizes with the unbiased variance;
 * here it is the biased one, as in PyTorch's nn.BatchNorm1d.
 *
 * Starts close to knowing nothing, with a loss of about ln(vocabSize). Weights are drawn in makemore's order: embedding,
 * hidden from N(0, (5/3)² / inputs), output from N(0, 0.01²).
 *
 * @example batchNormMlp({ vocabSize: 27, contextLength: 3, embedDim: 10, hiddenDim: 200 }).parameterCount // 12097
 * @throws RangeError if a size is not a whole number above 0
 */
export function batchNormMlp(config: MlpConfig): BatchNormModel<MlpConfig, BatchNormMlpParameters> {
  const { vocabSize, contextLength, embedDim, hiddenDim } = config;
  checkSizes({ vocabSize, contextLength, embedDim, hiddenDim });
  const inputDim = contextLength * embedDim;

  /** From ids to what the norm sees: [batch, hiddenDim]. */
  const hidden = (parameters: BatchNormMlpParameters, ids: Tensor2D): Tensor2D => {
    checkContext(ids, contextLength);
    const vectors = reshape(embed(parameters.embedding, ids), [ids.shape[0], inputDim]) as Tensor2D; // side by side
    return applyLinear(parameters.hidden, vectors);
  };

  return {
    config,
    parameterCount: vocabSize * embedDim + (inputDim + 2) * hiddenDim + (hiddenDim + 1) * vocabSize,
    initialize: (generator) => ({
      embedding: embedding(generator, vocabSize, embedDim),
      hidden: { weight: normalWeight(generator, inputDim, hiddenDim, 5 / 3 / Math.sqrt(inputDim)) },
      norm: batchNorm(hiddenDim),
      output: { weight: normalWeight(generator, hiddenDim, vocabSize, 0.01), bias: zeros([vocabSize]) },
    }),
    initialStatistics: () => [batchStatistics(hiddenDim)],
    forwardTraining(parameters, ids) {
      const { output, statistics } = normalizeBatch(parameters.norm, hidden(parameters, ids));
      return { logits: applyLinear(parameters.output, tanh(output)), statistics: [statistics] };
    },
    forward(parameters, ids, statistics) {
      checkStatistics(statistics, 1);
      const output = applyBatchNorm(parameters.norm, hidden(parameters, ids), statistics[0]);
      return applyLinear(parameters.output, tanh(output));
    },
  };
}

/** N(0, std²) drawn in makemore's order [inputDim, outputDim], which is not nn.Linear's. */
export function normalWeight(generator: Generator, inputDim: number, outputDim: number, std: number): Tensor2D {
  return tensor2d(generator.normal(inputDim * outputDim, 0, std), [inputDim, outputDim]);
}

/** Throws unless ids are int32 and [batch, contextLength]. */
export function checkContext(ids: Tensor, contextLength: number): void {
  checkIds(ids);
  const time = ids.shape[1];
  if (time !== contextLength) {
    throw new RangeError(`Expected ${contextLength} tokens, got ${time}: cut or pad each row to ${contextLength}`);
  }
}

/** Throws a RangeError unless there are statistics for each norm. */
export function checkStatistics(statistics: readonly BatchStatistics[], norms: number): void {
  if (statistics?.length !== norms) {
    throw new RangeError(
      `Expected statistics for ${norms} norms, got ${statistics?.length ?? 0}: pass those that training tracked, or call forwardTraining`,
    );
  }
}
