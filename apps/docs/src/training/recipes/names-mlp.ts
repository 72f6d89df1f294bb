// makemore's second model, as the notebooks build it: three letters, a plane of 27 places, a hundred neurons, a guess.
import { contexts, documents, loadCorpus, loader } from '@hornbook/datasets';
import { crossEntropy } from '@hornbook/losses';
import { type MlpParameters, mlp } from '@hornbook/models';
import { type Generator, manualSeed } from '@hornbook/random';
import { characters } from '@hornbook/tokenizers';
import { sgd, type TensorBatch, train, trainable } from '@hornbook/training';
import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { drawNames } from './draw-names.ts';

export type NamesMlpSettings = {
  /** The notebooks' five, all in every step; or the corpus that comes along, 32 examples a step. */
  readonly names: 'five' | 'many';
  readonly learningRate: number;
};

const five = ['emma', 'olivia', 'ava', 'isabella', 'sophia'];
const [contextLength, embedDim, hiddenDim] = [3, 2, 100];

export async function namesMlp({ names: which, learningRate }: NamesMlpSettings, seed: number) {
  const names = which === 'five' ? five : documents(await loadCorpus('names'));
  const tokenizer = characters({ vocabulary: '.abcdefghijklmnopqrstuvwxyz' });
  const { vocabSize } = tokenizer;
  const dataset = contexts(
    names.map((name) => tokenizer.encode(name)),
    { contextLength },
  );
  const model = mlp({ vocabSize, contextLength, embedDim, hiddenDim });
  const parameters = trainable(drawAsNotebook(manualSeed(seed), vocabSize));
  const batches =
    which === 'five'
      ? loader(dataset, { batchSize: dataset.length })
      : loader(dataset, { batchSize: 32, shuffle: true, generator: manualSeed(seed + 1) });
  let drawn = 0; // names so far

  return {
    facts: {
      parameterCount: model.parameterCount,
      examples: dataset.length,
      names: names.length,
      letters: Array.from({ length: vocabSize }, (_, id) => tokenizer.tokenOf(id)),
    },
    train: () =>
      train({
        parameters,
        loss: (p: MlpParameters, { inputs, targets }: TensorBatch) => crossEntropy(model.forward(p, inputs), targets),
        batches,
        optimizer: sgd({ learningRate }),
        steps: which === 'five' ? 1000 : 20_000,
      }),
    answers: {
      /** The plane: x and y of each letter. */
      places: async () => (await parameters.embedding.table.data()) as Float32Array,
      /** New names, drawn letter by letter. */
      names: ({ count }: { readonly count: number }) => {
        drawn += count;
        return drawNames(
          { forward: model.forward, parameters, contextLength },
          { tokenizer, count, seed: seed + drawn },
        );
      },
    },
  };
}

/** C, W1, b1, W2, b2 from the bell curve, in the order in which the notebooks draw them. */
function drawAsNotebook(generator: Generator, vocabSize: number): MlpParameters {
  const inputDim = contextLength * embedDim;
  const matrix = (rows: number, columns: number) => tensor2d(generator.normal(rows * columns), [rows, columns]);
  const row = (size: number) => tensor1d(generator.normal(size));
  return {
    embedding: { table: matrix(vocabSize, embedDim) },
    hidden: { weight: matrix(inputDim, hiddenDim), bias: row(hiddenDim) },
    output: { weight: matrix(hiddenDim, vocabSize), bias: row(vocabSize) },
  };
}
