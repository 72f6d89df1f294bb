// A model of names that goes on with the reader's words: with all its parameters, or with a few small matrices beside them.
import { contexts, documents, loadCorpus, loader, randomBatches, take } from '@hornbook/datasets';
import { addLora, isLora, loraParameters } from '@hornbook/layers';
import { crossEntropy } from '@hornbook/losses';
import { type MlpParameters, mlp } from '@hornbook/models';
import { countParameters } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { characters } from '@hornbook/tokenizers';
import { adamw, evaluate, sgd, type TensorBatch, train, trainable } from '@hornbook/training';
import { tidy } from '@tensorflow/tfjs-core';
import { drawNames } from './draw-names.ts';

export type FineTuneSettings = {
  /** Words of the letters a to z. */
  readonly words: readonly string[];
  /** Of the small matrices; 0 changes all parameters instead. */
  readonly rank: number;
};

const contextLength = 3;
export const [pretraining, finetuning] = [1500, 300]; // steps

export async function fineTune({ words, rank }: FineTuneSettings, seed: number) {
  const generator = manualSeed(seed);
  const tokenizer = characters({ vocabulary: '.abcdefghijklmnopqrstuvwxyz' });
  const examplesOf = (texts: readonly string[]) => {
    const ids = texts.map((text) => tokenizer.encode(text));
    return contexts(ids, { contextLength });
  };
  const [names, own] = [examplesOf(documents(await loadCorpus('names'))), examplesOf(words)];
  const someNames = take(names, 4096); // enough to measure by, and soon done
  const model = mlp({ vocabSize: tokenizer.vocabSize, contextLength, embedDim: 10, hiddenDim: 64 });
  let parameters = trainable(model.initialize(generator));
  const parameterCount = countParameters(parameters);
  const loss = (p: MlpParameters, { inputs, targets }: TensorBatch) => crossEntropy(model.forward(p, inputs), targets);
  const batchesOf = (examples: typeof names) => randomBatches(examples, { batchSize: 32, generator });
  let drawn = 0; // words so far

  async function* training() {
    const optimizer = sgd({ learningRate: 0.2 });
    yield* train({ parameters, loss, batches: batchesOf(names), optimizer, steps: pretraining });
    if (rank > 0) parameters = trainable(addLora(parameters, { rank, generator }), isLora); // all else is frozen
    yield* train({
      ...{ parameters, loss, batches: batchesOf(own), startStep: pretraining, steps: pretraining + finetuning },
      optimizer: rank > 0 ? adamw({ learningRate: 0.02 }) : sgd({ learningRate: 0.1 }),
    });
  }

  return {
    facts: {
      parameterCount,
      trainedCount: rank > 0 ? adaptersCount(parameters, rank) : parameterCount,
      words: words.length,
    },
    train: training,
    answers: {
      /** Nats a letter, on the names and on the reader's words. */
      losses: async () => {
        const measure = (examples: typeof names) =>
          evaluate({ parameters, loss, batches: loader(examples, { batchSize: 1024 }) });
        return { names: await measure(someNames), words: await measure(own) };
      },
      words: ({ count }: { readonly count: number }) => {
        drawn += count;
        return drawNames(
          { forward: model.forward, parameters, contextLength },
          { tokenizer, count, seed: seed + drawn },
        );
      },
    },
  };
}

/** How many numbers adapters have, told before there are any. */
function adaptersCount(parameters: MlpParameters, rank: number): number {
  return tidy(() => countParameters(loraParameters(addLora(parameters, { rank, generator: manualSeed(0) }))));
}
