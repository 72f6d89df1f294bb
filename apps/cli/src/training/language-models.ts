// From settings to a model, whatever its kind: one interface for what trains, judges and samples.
import type { State } from '@hornbook/generation';
import { documentsOf, trackStatistics } from '@hornbook/layers';
import {
  type BatchNormModel,
  batchNormMlp,
  bigram,
  type GptConfig,
  gpt2Weights,
  gptParts,
  gru,
  hierarchicalMlp,
  initializeAsNanoGpt,
  lstm,
  mlp,
  rnn,
  type Transformer,
  torchWeights,
  transformer,
} from '@hornbook/models';
import type { ParameterTree } from '@hornbook/ops';
import type { Generator } from '@hornbook/random';
import type { Tokenizer } from '@hornbook/tokenizers';
import { slice, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import type { Settings } from '../config/settings.ts';
import { boundaryOf } from '../data/corpus.ts';
import { UserError } from '../user-error.ts';
import { composedTransformer } from './composed-transformer.ts';

/** What a run needs of its model. */
export type LanguageModel = {
  readonly parameterCount: number;
  /** Everything a checkpoint keeps: parameters, and what a model measures as it trains. */
  initialize(generator: Generator): ParameterTree;
  /** Scores as the model gives them once it is trained: no dropout, and the statistics that training kept. */
  forward(parameters: ParameterTree, ids: Tensor2D): Tensor;
  /** Scores while it learns: dropout is drawn from the generator, and statistics are measured and kept. */
  forwardTraining(parameters: ParameterTree, ids: Tensor2D, generator: Generator): Tensor;
  /** Reads on from a state, where the model can. */
  advance?(parameters: ParameterTree, ids: Tensor2D, state?: State): { readonly logits: Tensor; readonly state: State };
  readonly endless?: boolean;
};

/** What a model needs to know of its tokens. */
type Vocabulary = Pick<Tokenizer, 'vocabSize' | 'idOf' | 'specials'>;

/**
 * @param boundary the token after each document, for a model that masks them; that after lines where it is left out
 * @throws UserError where the settings are not possible together
 */
export function makeModel(settings: Settings, tokenizer: Vocabulary, boundary?: number): LanguageModel {
  try {
    const { vocabSize } = tokenizer;
    const rows = settings.tokenRows || vocabSize;
    if (rows < vocabSize) throw new RangeError(`Expected tokenRows of at least ${vocabSize}, the tokens, got ${rows}`);
    const model = make({ ...settings, vocabSize: rows }, () => boundary ?? boundaryOf(tokenizer));
    return rows === vocabSize ? model : unpadded(model, { rows, vocabSize });
  } catch (error) {
    if (error instanceof RangeError) throw new UserError(error.message, { exitCode: 2, cause: error });
    throw error;
  }
}

/**
 * Scores of tokens alone, where the table has more rows than there are tokens: the rest is never chosen nor learned. Scores
 * of classes stay.
 */
function unpadded(model: LanguageModel, { rows, vocabSize }: Record<'rows' | 'vocabSize', number>): LanguageModel {
  const cut = (logits: Tensor) =>
    logits.shape.at(-1) === rows
      ? slice(logits, new Array(logits.rank).fill(0), [...logits.shape.slice(0, -1), vocabSize])
      : logits;
  const { forward, forwardTraining, advance } = model;
  return {
    ...model,
    forward: (parameters, ids) => cut(forward(parameters, ids)),
    forwardTraining: (parameters, ids, generator) => cut(forwardTraining(parameters, ids, generator)),
    advance:
      advance &&
      ((parameters, ids, state) => {
        const { logits, state: next } = advance(parameters, ids, state);
        return { logits: cut(logits), state: next };
      }),
  };
}

function make(settings: Settings & { readonly vocabSize: number }, boundary: () => number): LanguageModel {
  const { model, initialization, documents } = settings;
  if (documents === 'masked' && model !== 'gpt' && model !== 'transformer') {
    throw new RangeError(
      `Expected joined or apart for the documents of a ${model}, got masked: it has no attention to mask`,
    );
  }
  switch (model) {
    case 'bigram':
    case 'counted-bigram':
      return plain(bigram(settings));
    case 'mlp':
      return plain(mlp(settings));
    case 'batch-norm-mlp':
      return normalized(batchNormMlp(settings));
    case 'hierarchical':
      return normalized(hierarchicalMlp(settings));
    case 'rnn':
      return plain(rnn(settings));
    case 'gru':
      return plain(gru(settings));
    case 'lstm':
      return plain(lstm(settings));
    case 'gpt': {
      // `gpt` of its parts, which take a mask, and weights drawn otherwise.
      const parts = { ...gptParts(settings), initialization: initialization === 'torch' ? torchWeights : gpt2Weights };
      const whole = documents === 'masked' ? masked(transformer(parts), boundary()) : plain(transformer(parts));
      return { ...whole, ...(initialization === 'nanogpt' && { initialize: startOfNanoGpt(settings) }) };
    }
    case 'transformer': {
      if (initialization === 'nanogpt')
        throw new RangeError('Expected the gpt model for nanogpt weights, got a transformer');
      const composed = composedTransformer(settings);
      return documents === 'masked' ? masked(composed, boundary()) : plain(composed);
    }
  }
}

function startOfNanoGpt(settings: GptConfig): LanguageModel['initialize'] {
  if (settings.tiedHead === false) throw new RangeError('Expected a tied head for nanogpt weights, got one of its own');
  return (generator) => initializeAsNanoGpt(settings, generator);
}

/** Attention stays within each document: those of a row are closed by the boundary. */
function masked<C, P extends ParameterTree>(model: Transformer<C, P>, boundary: number): LanguageModel {
  return plain<P>({
    ...model,
    forward: (parameters, ids, options) =>
      model.forward(parameters, ids, { ...options, documents: documentsOf(ids, boundary) }),
    advance: undefined, // a cache does not know which document its tokens were of
  });
}

/** What models without statistics have in common. */
type PlainModel<P extends ParameterTree> = {
  readonly parameterCount: number;
  initialize(generator: Generator): P;
  forward(parameters: P, ids: Tensor2D, options?: { readonly generator?: Generator }): Tensor;
  advance?(parameters: P, ids: Tensor2D, state?: State): { readonly logits: Tensor; readonly state: State };
  readonly endless?: boolean;
};

function plain<P extends ParameterTree>({
  parameterCount,
  initialize,
  forward,
  advance,
  endless,
}: PlainModel<P>): LanguageModel {
  return {
    parameterCount,
    initialize,
    forward: (parameters, ids) => forward(parameters as P, ids),
    forwardTraining: (parameters, ids, generator) => forward(parameters as P, ids, { generator }),
    advance: advance && ((parameters, ids, state) => advance(parameters as P, ids, state)),
    endless,
  };
}

/** Parameters and statistics in one tree; there is no gradient for the latter, so optimizers leave them as they are. */
function normalized<Config, P extends ParameterTree>(model: BatchNormModel<Config, P>): LanguageModel {
  type Tree = { readonly model: P; readonly statistics: ReturnType<typeof model.initialStatistics> };
  return {
    parameterCount: model.parameterCount,
    initialize: (generator) => ({ model: model.initialize(generator), statistics: model.initialStatistics() }),
    forward(tree, ids) {
      const { model: parameters, statistics } = tree as Tree;
      return model.forward(parameters, ids, statistics);
    },
    forwardTraining(tree, ids) {
      const { model: parameters, statistics } = tree as Tree;
      const { logits, statistics: measured } = model.forwardTraining(parameters, ids);
      trackStatistics(statistics, measured);
      return logits;
    },
  };
}
