// A class head takes the place of the head for tokens.
import { useBackend } from '@hornbook/backends';
import { namedParameters } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { dispose, memory, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { withClassHead } from './class-head.ts';
import { gpt } from './gpt.ts';

test('scores classes at every place', async () => {
  await useBackend('cpu'); // linear layers have their own tests on every engine
  const before = memory().numTensors;
  const model = gpt({ vocabSize: 11, contextLength: 8, embedDim: 16, numHeads: 4, numLayers: 1 });
  const parameters = model.initialize(manualSeed(1));
  const spam = withClassHead(parameters, { numClasses: 3, generator: manualSeed(2) });
  expect(spam.tokens).toBe(parameters.tokens);
  const logits = tidy(() => model.forward(spam, tensor2d([1, 2, 3, 4, 5, 6, 7, 8], [2, 4], 'int32')));
  expect(logits.shape).toEqual([2, 4, 3]);
  expect((await logits.data()).every(Number.isFinite)).toBe(true);
  expect(() => withClassHead(parameters, { numClasses: 1, generator: manualSeed(2) })).toThrow(
    'Expected at least 2 classes, got 1',
  );
  dispose([...Object.values(namedParameters(spam)), logits]);
  expect(memory().numTensors).toBe(before);
});
