import { describeEngines, toBeAllclose } from '@hornbook/testing';
import { grad, logSoftmax, tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { crossEntropy } from './cross-entropy.ts';
import { negativeLogLikelihood } from './negative-log-likelihood.ts';

const scores = Float32Array.from({ length: 24 }, (_, i) => 3 * Math.sin(i));

describeEngines('negative log-likelihood on', () => {
  test.each(['mean', 'sum', 'none'] as const)('of a log-softmax is the cross-entropy, %s', async (reduction) => {
    const logits = tensor(scores, [2, 3, 4]);
    const targets = tensor([1, 0, 3, 2, 2, 0], [2, 3], 'int32');
    const options = { ignoreIndex: 2, reduction };
    const likelihood = grad((x) => negativeLogLikelihood(logSoftmax(x), targets, options));
    const entropy = grad((x) => crossEntropy(x, targets, options));
    toBeAllclose(
      await negativeLogLikelihood(logSoftmax(logits), targets, options).data(),
      await crossEntropy(logits, targets, options).data(),
    );
    toBeAllclose(await likelihood(logits).data(), await entropy(logits).data());
  });

  test('targets of another shape are refused', () => {
    expect(() => negativeLogLikelihood(tensor(scores, [6, 4]), tensor([0, 1], [2], 'int32'))).toThrow(RangeError);
  });
});
