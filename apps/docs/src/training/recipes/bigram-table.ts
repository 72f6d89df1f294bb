// The bigram of names, learned: a table of 27 × 27 scores that moves, step by step, to where counting would put it.
import { documents, loadCorpus, loader, windows } from '@hornbook/datasets';
import { crossEntropy } from '@hornbook/losses';
import { bigram } from '@hornbook/models';
import { manualSeed } from '@hornbook/random';
import { characters } from '@hornbook/tokenizers';
import { adamw, train, trainable } from '@hornbook/training';
import { softmax, tidy } from '@tensorflow/tfjs-core';
import { drawNames } from './draw-names.ts';

export type BigramTableSettings = { readonly learningRate: number; readonly steps: number };

export async function bigramTable({ learningRate, steps }: BigramTableSettings, seed: number) {
  const names = documents(await loadCorpus('names'));
  const text = `.${names.join('.')}.`;
  const tokenizer = characters({ vocabulary: '.abcdefghijklmnopqrstuvwxyz' });
  const ids = tokenizer.encode(text);
  const { vocabSize } = tokenizer;
  const counted = countPairs(ids, vocabSize);
  const model = bigram({ vocabSize });
  const parameters = trainable(model.initialize(manualSeed(seed)));
  let drawn = 0; // names so far

  return {
    facts: { ...counted, pairs: ids.length - 1, names: names.length, parameterCount: model.parameterCount },
    train: () =>
      train({
        parameters,
        loss: (p, { inputs, targets }) => crossEntropy(model.forward(p, inputs), targets),
        batches: loader(windows(ids, { contextLength: ids.length - 1 }), { batchSize: 1 }),
        optimizer: adamw({ learningRate, weightDecay: 0 }),
        steps,
      }),
    answers: {
      /** Row a: how probable each letter is after a. */
      probabilities: async () => {
        const shares = tidy(() => softmax(parameters.embedding.table));
        const values = (await shares.data()) as Float32Array;
        shares.dispose();
        return values;
      },
      names: ({ count }: { readonly count: number }) => {
        drawn += count;
        return drawNames(
          { forward: model.forward, parameters, contextLength: 1 },
          { tokenizer, count, seed: seed + drawn },
        );
      },
    },
  };
}

/** How often each letter follows each, and the mean surprise of these very pairs when that is all one knows. */
function countPairs(ids: Int32Array, vocabSize: number) {
  const counts = new Uint32Array(vocabSize * vocabSize);
  const totals = new Uint32Array(vocabSize);
  for (let i = 0; i + 1 < ids.length; i++) {
    counts[ids[i] * vocabSize + ids[i + 1]]++;
    totals[ids[i]]++;
  }
  let surprise = 0;
  for (const [pair, count] of counts.entries()) {
    if (count > 0) surprise -= count * Math.log(count / totals[Math.floor(pair / vocabSize)]);
  }
  return { counts, countedLoss: surprise / (ids.length - 1) };
}
