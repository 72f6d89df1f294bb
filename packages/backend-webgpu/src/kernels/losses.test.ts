// Losses against their plain definitions on cpu: every option, one row and many, vocabularies up to 200,000.
import { crossEntropy, negativeLogLikelihood } from '@hornbook/ops';
import { engines, expectAsOnCpu, type RandomTensor, wave, waveOfIds } from '@hornbook/testing';
import { fill, logSoftmax, type Tensor, type Tensor1D, type Tensor2D, tidy, valueAndGrad } from '@tensorflow/tfjs-core';
import { describe, test } from 'vitest';

type Loss = (x: Tensor2D, targets: Tensor1D) => Tensor;

function expectLoss(loss: Loss, logits: RandomTensor, targets: RandomTensor): Promise<void> {
  return expectAsOnCpu(
    'webgpu',
    ([logits, targets]) =>
      tidy(() => {
        const of = (x: Tensor) => loss(x as Tensor2D, targets as Tensor1D);
        const { value, grad } = valueAndGrad(of)(logits, fill(of(logits).shape, 1.5));
        return [value, grad];
      }),
    [logits, targets],
    { ulps: 84, absolute: 1e-6 },
  );
}

const options = (['none', 'sum', 'mean'] as const).flatMap((reduction) => [
  { reduction },
  { reduction, labelSmoothing: 0.1, zLoss: 1e-2, ignoreIndex: 1 },
]);

describe.skipIf(!engines.some(({ name, available }) => name === 'webgpu' && available))('on webgpu', () => {
  test.each(options)('cross-entropy, $reduction, and its gradient', async (options) => {
    const loss: Loss = (x, targets) => crossEntropy(x, targets, options);
    for (const [rows, width] of [
      [0, 3],
      [1, 2],
      [5, 65],
      [1100, 3],
    ]) {
      await expectLoss(loss, wave([rows, width], 1, 9), waveOfIds([rows], width));
    }
  });

  test.each([50_257, 200_000])('cross-entropy of a vocabulary of %i', async (vocabSize) => {
    const loss: Loss = (x, targets) => crossEntropy(x, targets, { reduction: 'mean', labelSmoothing: 0.1 });
    await expectLoss(loss, wave([2, vocabSize], 1, 9), { shape: [2], dtype: 'int32', values: [vocabSize - 1, 0] });
  });

  test('rows that are ignored, be it all of them', async () => {
    for (const reduction of ['none', 'sum', 'mean'] as const) {
      const loss: Loss = (x, targets) => crossEntropy(x, targets, { reduction, ignoreIndex: 2 });
      await expectLoss(loss, wave([3, 4]), { shape: [3], dtype: 'int32', values: [2, 0, 2] });
    }
    const none: Loss = (x, targets) => crossEntropy(x, targets, { reduction: 'sum', ignoreIndex: 2 });
    await expectLoss(none, wave([2, 4]), { shape: [2], dtype: 'int32', values: [2, 2] });
  });

  test.each(['none', 'sum', 'mean'] as const)('negative log-likelihood, %s, and its gradient', async (reduction) => {
    const loss: Loss = (x, targets) =>
      negativeLogLikelihood(logSoftmax(x) as Tensor2D, targets, { reduction, ignoreIndex: 1 });
    for (const [rows, width] of [
      [1, 2],
      [5, 65],
      [70, 3],
    ]) {
      await expectLoss(loss, wave([rows, width], 1, 5), waveOfIds([rows], width));
    }
  });
});
