// What only the hierarchical MLP does; batch-norm-mlp.test.ts compares it with PyTorch and trains it.
import { manualSeed } from '@hornbook/random';
import { describeEngines, toBeAllclose } from '@hornbook/testing';
import { dispose, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { batchNormMlp } from './batch-norm-mlp.ts';
import { hierarchicalMlp } from './hierarchical-mlp.ts';

describeEngines('hierarchical MLP', () => {
  test('a hierarchy takes the left neighbour left: its first block by hand', async () => {
    const model = hierarchicalMlp({ vocabSize: 5, contextLength: 2, embedDim: 3, hiddenDim: 6 });
    const [one, other] = tidy(() => {
      const { embedding, blocks, output } = model.initialize(manualSeed(1));
      const flat = batchNormMlp({ vocabSize: 5, contextLength: 2, embedDim: 3, hiddenDim: 6 });
      const ids = tensor2d(manualSeed(2).integers(8, 0, 5), [4, 2], 'int32');
      const same = { embedding, hidden: blocks[0].join, norm: blocks[0].norm, output };
      return [model.forwardTraining({ embedding, blocks, output }, ids).logits, flat.forwardTraining(same, ids).logits];
    });
    toBeAllclose(await one.data(), await other.data());
    dispose([one, other]);
  });
});

describe('configuration', () => {
  test.each([1, 6, 12])('refuses a context of %i', (contextLength) => {
    expect(() => hierarchicalMlp({ vocabSize: 27, contextLength, embedDim: 10, hiddenDim: 68 })).toThrow(
      new RangeError(`Expected contextLength to be a power of two from 2 up, got ${contextLength}`),
    );
  });
});
