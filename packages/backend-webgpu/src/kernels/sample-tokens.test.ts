// Drawing tokens on the GPU against the plain definition on cpu: a whole vocabulary, what no token can be drawn from.
import { useBackend } from '@hornbook/backends';
import { type SampleTokensOptions, sampleTokens } from '@hornbook/ops';
import { engines, expectAsOnCpu, wave } from '@hornbook/testing';
import { type Tensor1D, type Tensor2D, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';

describe.skipIf(!engines.some(({ name, available }) => name === 'webgpu' && available))('on webgpu', () => {
  // Without a limit on few tokens only: cpu adds up 50,257 probabilities one by one, and is off by some of them.
  test.each<[number, SampleTokensOptions]>([
    [300, {}],
    [50_257, { temperature: 0 }],
    [50_257, { topK: 50, temperature: 0.7 }],
    [50_257, { topK: 1000, topP: 0.9, minP: 0.01 }],
  ])('the ids of a vocabulary of %i, with %o', (vocabSize, options) =>
    expectAsOnCpu(
      'webgpu',
      ([logits, draws]) => sampleTokens(logits as Tensor2D, draws as Tensor1D, options),
      [wave([3, vocabSize], 1, 9), { shape: [3], dtype: 'float32', values: [0.11, 0.5, 0.93] }],
      { ulps: 64 },
    ),
  );

  test('rows without a choice get -1', async () => {
    await useBackend('webgpu');
    const none = Number.NEGATIVE_INFINITY;
    const logits = tensor2d([0, Number.NaN, 0, Number.POSITIVE_INFINITY, none, none, none, 1], [4, 2]);
    const [ids] = sampleTokens(logits, tensor1d([0.5, 0.5, 0.5, 0.5]));
    expect([...(await ids.data())]).toEqual([-1, -1, -1, 1]);
  });
});
