// From settings to a model, whatever its kind: one interface for training, sampling and saving.
import type { State } from '@hornbook/generation';
import { bigram, gpt, gru, type Model, mlp } from '@hornbook/models';
import type { ParameterTree } from '@hornbook/ops';
import type { Generator } from '@hornbook/random';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { ModelSettings } from './language-settings.ts';

export type LanguageModel = {
  readonly parameterCount: number;
  initialize(generator: Generator): ParameterTree;
  forward(parameters: ParameterTree, ids: Tensor2D): Tensor;
  advance?(parameters: ParameterTree, ids: Tensor2D, state?: State): { readonly logits: Tensor; readonly state: State };
  readonly endless?: boolean;
};

/** @throws RangeError if the sizes are not possible together */
export function makeModel(settings: ModelSettings, vocabSize: number): LanguageModel {
  const { contextLength, embedDim, hiddenDim, numLayers, numHeads } = settings;
  switch (settings.model) {
    case 'bigram':
      return plain(bigram({ vocabSize }));
    case 'mlp':
      return plain(mlp({ vocabSize, contextLength, embedDim, hiddenDim }));
    case 'gru':
      return plain(gru({ vocabSize, embedDim, hiddenDim, numLayers }));
    case 'gpt':
      return plain(gpt({ vocabSize, contextLength, embedDim, numLayers, numHeads, bias: false }));
  }
}

type Plain<P extends ParameterTree> = Pick<Model<unknown, P>, 'parameterCount' | 'initialize' | 'forward'> & {
  advance?(parameters: P, ids: Tensor2D, state?: State): { readonly logits: Tensor; readonly state: State };
  readonly endless?: boolean;
};

function plain<P extends ParameterTree>({
  parameterCount,
  initialize,
  forward,
  advance,
  endless,
}: Plain<P>): LanguageModel {
  return {
    parameterCount,
    initialize,
    forward: (parameters, ids) => forward(parameters as P, ids),
    advance: advance && ((parameters, ids, state) => advance(parameters as P, ids, state)),
    endless,
  };
}
