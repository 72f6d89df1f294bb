import { describeEngines, expectGradient, toBeAllclose } from '@hornbook/testing';
import { grad, logSoftmax, type Tensor2D, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { test } from 'vitest';
import { crossEntropy } from './cross-entropy.ts';
import { negativeLogLikelihood } from './negative-log-likelihood.ts';

const scores = [0.5, -1, 2, 0, 3, -2, 1, 1, 1];

describeEngines('negative log-likelihood on', () => {
  test('of a log-softmax is the cross-entropy', async () => {
    const logits = tensor2d(scores, [3, 3]);
    const targets = tensor1d([2, -100, 0], 'int32');
    const byLikelihood = (x: Tensor2D) => negativeLogLikelihood(logSoftmax(x), targets);
    const expected = crossEntropy(logits, targets);
    toBeAllclose(await byLikelihood(logits).data(), await expected.data());
    const gradient = grad((x) => byLikelihood(x as Tensor2D))(logits);
    toBeAllclose(await gradient.data(), await grad((x) => crossEntropy(x as Tensor2D, targets))(logits).data());
  });

  test('classes of probability zero do not disturb the others', async () => {
    const x = tensor2d([0, Number.NEGATIVE_INFINITY], [1, 2]);
    toBeAllclose(await negativeLogLikelihood(x, tensor1d([0], 'int32')).data(), [0]);
    toBeAllclose(await negativeLogLikelihood(x, tensor1d([1], 'int32')).data(), [Infinity]);
    toBeAllclose(await negativeLogLikelihood(tensor2d([-1, -2], [1, 2]), tensor1d([2], 'int32')).data(), [Infinity]);
  });

  test('gradient agrees with finite differences', async () => {
    const targets = tensor1d([2, 0, 3, 0], 'int32');
    await expectGradient(([x]) => negativeLogLikelihood(x as Tensor2D, targets, { ignoreIndex: 3 }), [[4, 4]]);
  });

  test('one number: the sum, or the mean over the rows that count', async () => {
    const x = tensor2d([-1, -2, -3, -4, -5, -6], [3, 2]);
    const targets = tensor1d([1, 0, -100], 'int32');
    toBeAllclose(await negativeLogLikelihood(x, targets, { reduction: 'sum' }).data(), [5]);
    toBeAllclose(await negativeLogLikelihood(x, targets, { reduction: 'mean' }).data(), [2.5]);
    for (const reduction of ['sum', 'mean'] as const) {
      await expectGradient(([x]) => negativeLogLikelihood(x as Tensor2D, targets, { reduction }), [[3, 2]]);
    }
  });
});
