// A model of names that goes on with the reader's words: with all its parameters, or with a few small matrices beside them.
import { contexts, documents, loadCorpus, loader, randomBatches, take } from '@hornbook/datasets';
import { crossEntropy } from '@hornbook/losses';
import { type MlpParameters, mlp } from '@hornbook/models';
import { countParameters } from '@hornbook/ops';
import { type Generator, manualSeed } from '@hornbook/random';
import { characters } from '@hornbook/tokenizers';
import { adamw, evaluate, sgd, type TensorBatch, train, trainable } from '@hornbook/training';
import { add, matMul, type Tensor2D, tensor2d, tidy, zeros } from '@tensorflow/tfjs-core';
import { drawNames } from './draw-names.ts';

export type FineTuneSettings = {
  /** Words of the letters a to z. */
  readonly words: readonly string[];
  /** Of the small matrices; 0 changes all parameters instead. */
  readonly rank: number;
};

type Adapters = Readonly<Record<'hidden' | 'output', { readonly a: Tensor2D; readonly b: Tensor2D }>>;

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
  const parameters = trainable(model.initialize(generator));
  const adapters = trainable(makeAdapters(parameters, rank || 1, generator));
  const current = () => (rank > 0 ? adapted(parameters, adapters) : parameters);
  const loss = (p: MlpParameters, { inputs, targets }: TensorBatch) => crossEntropy(model.forward(p, inputs), targets);
  const batchesOf = (examples: typeof names) => randomBatches(examples, { batchSize: 32, generator });
  let drawn = 0; // words so far

  async function* training() {
    const optimizer = sgd({ learningRate: 0.2 });
    yield* train({ parameters, loss, batches: batchesOf(names), optimizer, steps: pretraining });
    const rest = { batches: batchesOf(own), startStep: pretraining, steps: pretraining + finetuning };
    if (rank === 0) yield* train({ ...rest, parameters, loss, optimizer: sgd({ learningRate: 0.1 }) });
    else {
      const corrected = (p: Adapters, batch: TensorBatch) => loss(adapted(parameters, p), batch);
      yield* train({ ...rest, parameters: adapters, loss: corrected, optimizer: adamw({ learningRate: 0.02 }) });
    }
  }

  return {
    facts: {
      parameterCount: countParameters(parameters),
      trainedCount: countParameters(rank > 0 ? adapters : parameters),
      words: words.length,
    },
    train: training,
    answers: {
      /** Nats a letter, on the names and on the reader's words. */
      losses: async () => {
        const measure = (examples: typeof names) =>
          evaluate({
            parameters,
            loss: (_, batch) => loss(current(), batch),
            batches: loader(examples, { batchSize: 1024 }),
          });
        return { names: await measure(someNames), words: await measure(own) };
      },
      words: ({ count }: { readonly count: number }) => {
        drawn += count;
        const forward = (_: MlpParameters, ids: Tensor2D) => tidy(() => model.forward(current(), ids));
        return drawNames({ forward, parameters, contextLength }, { tokenizer, count, seed: seed + drawn });
      },
    },
  };
}

/** B is 0, so that nothing has changed at first. */
function makeAdapters({ hidden, output }: MlpParameters, rank: number, generator: Generator): Adapters {
  const beside = ({ shape: [rows, columns] }: Tensor2D) => ({
    a: tensor2d(generator.normal(rows * rank, 0, 1 / Math.sqrt(rows)), [rows, rank]),
    b: zeros([rank, columns]) as Tensor2D,
  });
  return { hidden: beside(hidden.weight), output: beside(output.weight) };
}

/** The same model with A · B added to two of its matrices. */
function adapted(parameters: MlpParameters, adapters: Adapters): MlpParameters {
  const corrected = (part: 'hidden' | 'output') => {
    const { a, b } = adapters[part];
    const weight: Tensor2D = add(parameters[part].weight, matMul(a, b));
    return { ...parameters[part], weight };
  };
  return { ...parameters, hidden: corrected('hidden'), output: corrected('output') };
}
