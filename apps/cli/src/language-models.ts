// From a kind and its settings to a model.
import type { State } from '@hornbook/generation';
import { bigram, gpt, mlp } from '@hornbook/models';
import type { ParameterTree } from '@hornbook/ops';
import type { Generator } from '@hornbook/random';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { ModelKind, Settings } from './settings.ts';
import { UserError } from './user-error.ts';

/** What a run needs of its model, whatever its kind. */
export type LanguageModel = {
  readonly parameterCount: number;
  initialize(generator: Generator): ParameterTree;
  forward(parameters: ParameterTree, ids: Tensor2D, options?: { readonly generator?: Generator }): Tensor;
  /** Reads on from a state, where the model can. */
  advance?(parameters: ParameterTree, ids: Tensor2D, state?: State): { readonly logits: Tensor; readonly state: State };
  readonly endless?: boolean;
};

/** @throws UserError where the sizes are not possible together */
export function makeModel(kind: ModelKind, vocabSize: number, settings: Settings): LanguageModel {
  const { contextLength, embedDim, hiddenDim, numHeads, numLayers, dropout } = settings;
  try {
    switch (kind) {
      case 'bigram':
        return bigram({ vocabSize });
      case 'mlp':
        return mlp({ vocabSize, contextLength, embedDim, hiddenDim });
      case 'gpt':
        return gpt({ vocabSize, contextLength, embedDim, numHeads, numLayers, dropout, bias: false });
    }
  } catch (error) {
    if (error instanceof RangeError) throw new UserError(error.message, { exitCode: 2, cause: error });
    throw error;
  }
}
