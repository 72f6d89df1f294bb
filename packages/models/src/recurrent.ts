// The recurrent rung: a state is carried from token to token, and decides with each what comes next.
import {
  applyGru,
  applyLinear,
  applyLstm,
  applyRnn,
  type Embedding,
  embed,
  embedding,
  gru as gruLayer,
  type Linear,
  type LstmState,
  linear,
  lstm as lstmLayer,
  type Recurred,
  type Recurrent,
  rnn as rnnLayer,
} from '@hornbook/layers';
import type { Generator } from '@hornbook/random';
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { checkIds, checkSizes, type Model } from './model.ts';

export type RecurrentConfig = {
  readonly vocabSize: number;
  readonly embedDim: number;
  readonly hiddenDim: number;
  /** Layers on top of each other; 1 if left out. */
  readonly numLayers?: number;
};

export type RecurrentParameters = {
  readonly embedding: Embedding; // [vocabSize, embedDim]
  readonly layers: readonly Recurrent[]; // the first from embedDim, all others from hiddenDim
  readonly head: Linear; // [hiddenDim, vocabSize]
};

/** A model that can go on where it left off, at the same cost for every token. */
export type RecurrentModel<State> = Model<RecurrentConfig, RecurrentParameters> & {
  readonly endless: true;
  /**
   * As `forward`, from a state and to a state: one for each layer, [batch, hiddenDim].
   * ids [batch, time] → logits [batch, time, vocabSize]. Without a state it starts from zeros, as `forward` does.
   *
   * @throws RangeError if the state does not fit the ids or the model
   */
  advance(
    parameters: RecurrentParameters,
    ids: Tensor2D,
    state?: readonly State[],
  ): { logits: Tensor3D; state: State[] };
};

/**
 * Elman's network as a language model: ids [batch, time] → logits [batch, time, vocabSize]. Mikolov et al. 2010,
 * "Recurrent neural network based language model".
 *
 * Starts as nn.Embedding, nn.RNN(embedDim, hiddenDim, numLayers) and nn.Linear, made in this order; the loss starts a
 * little above ln(vocabSize).
 *
 * @example
 * const { logits, state } = model.advance(parameters, prompt);
 * const next = model.advance(parameters, token, state); // as if prompt and token had been one row
 * @throws RangeError if a size is not a whole number above 0
 */
export function rnn(config: RecurrentConfig): RecurrentModel<Tensor2D> {
  return recurrent(config, { gates: 1, make: rnnLayer, apply: applyRnn });
}

/** As `rnn`, with gated recurrent units: starts as nn.Embedding, nn.GRU and nn.Linear. */
export function gru(config: RecurrentConfig): RecurrentModel<Tensor2D> {
  return recurrent(config, { gates: 3, make: gruLayer, apply: applyGru });
}

/** As `rnn`, with long short-term memory: starts as nn.Embedding, nn.LSTM and nn.Linear. */
export function lstm(config: RecurrentConfig): RecurrentModel<LstmState> {
  return recurrent(config, { gates: 4, make: lstmLayer, apply: applyLstm });
}

type Cell<State> = {
  readonly gates: number;
  readonly make: (generator: Generator, inputDim: number, hiddenDim: number) => Recurrent;
  readonly apply: (parameters: Recurrent, x: Tensor3D, state?: State) => Recurred<State>;
};

function recurrent<State>(config: RecurrentConfig, cell: Cell<State>): RecurrentModel<State> {
  const { vocabSize, embedDim, hiddenDim, numLayers = 1 } = config;
  checkSizes({ vocabSize, embedDim, hiddenDim, numLayers });
  const inputDims = Array.from({ length: numLayers }, (_, layer) => (layer === 0 ? embedDim : hiddenDim));
  const layerSizes = inputDims.map((inputDim) => cell.gates * hiddenDim * (inputDim + hiddenDim + 2));

  const advance: RecurrentModel<State>['advance'] = (parameters, ids, state) => {
    checkIds(ids);
    if (state && state.length !== numLayers) {
      throw new RangeError(`Expected a state for each of ${numLayers} layers, got ${state.length}`);
    }
    let x = embed(parameters.embedding, ids); // [batch, time, embedDim]
    const last = parameters.layers.map((layer, i) => {
      const { outputs, state: left } = cell.apply(layer, x, state?.[i]);
      x = outputs; // [batch, time, hiddenDim]
      return left;
    });
    return { logits: applyLinear(parameters.head, x), state: last };
  };

  return {
    config,
    parameterCount:
      vocabSize * embedDim + layerSizes.reduce((total, size) => total + size) + (hiddenDim + 1) * vocabSize,
    initialize: (generator) => ({
      embedding: embedding(generator, vocabSize, embedDim),
      layers: inputDims.map((inputDim) => cell.make(generator, inputDim, hiddenDim)),
      head: linear(generator, hiddenDim, vocabSize),
    }),
    forward: (parameters, ids) => advance(parameters, ids).logits,
    advance,
    endless: true,
  };
}
