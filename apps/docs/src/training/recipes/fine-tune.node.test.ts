import { useBackend } from '@hornbook/backends';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { fineTune, finetuning, pretraining } from './fine-tune.ts';

beforeAll(() => useBackend('simd'));

const words = ['granite', 'calcite', 'pyrite', 'graphite', 'dolomite', 'andesite', 'bauxite', 'hematite'];

test.each([0, 4])('rank %d: the names are learned, then the words, and the names suffer', async (rank) => {
  const { facts, train, answers } = await fineTune({ words, rank }, 42);
  const measured = [await answers.losses()];
  let steps = 0;
  for await (const { step } of train()) {
    steps++;
    if (step + 1 === pretraining || step + 1 === pretraining + finetuning) measured.push(await answers.losses());
  }
  const [first, pretrained, tuned] = measured.map(({ names = 0, words = 0 }) => ({ names, words }));
  expect(steps).toBe(pretraining + finetuning);
  expect(first.names).toBeCloseTo(Math.log(27), 1);
  expect(pretrained.names).toBeLessThan(2.6);
  expect(tuned.words).toBeLessThan(pretrained.words - 1);
  expect(tuned.names).toBeGreaterThan(pretrained.names);
  expect(facts.trainedCount === facts.parameterCount).toBe(rank === 0);

  const { numTensors } = memory();
  expect(await answers.words({ count: 4 })).toHaveLength(4);
  await answers.losses();
  expect(memory().numTensors).toBe(numTensors);
});
