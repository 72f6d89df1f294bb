import { useBackend } from '@hornbook/backends';
import { crossEntropy } from '@hornbook/losses';
import { toBeAllclose } from '@hornbook/testing';
import { grad, softmax, type Tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { gradient, naiveSoftmax, stableSoftmax } from './softmax.ts';

beforeAll(() => useBackend('cpu'));

const cases = [
  [-2, -3, 0, 5],
  [-100, -3, 0, 5],
  [-2, -3, 0, 100],
  [5, 4, 7, 12],
];

test.each(cases)('scores %d %d %d %d: as the engine computes them', async (...scores) => {
  const logits = tensor2d([scores]);
  const ours = stableSoftmax(scores);
  toBeAllclose(ours.probabilities, await softmax(logits).data(), { absolute: 1e-7, relative: 1e-6 });
  for (const answer of scores.keys()) {
    const target = tensor1d([answer], 'int32');
    toBeAllclose([ours.losses[answer]], await crossEntropy(logits, target).data(), { relative: 1e-6, absolute: 1e-6 });
    const pull = grad((z: Tensor) => crossEntropy(z, target))(logits);
    toBeAllclose(gradient(ours.probabilities, answer), await pull.data(), { absolute: 1e-6 });
  }
});

test('the formula as it stands agrees, until a power does not fit into 32 bits', () => {
  expect(naiveSoftmax([-2, -3, 0, 5]).losses[3]).toBeCloseTo(stableSoftmax([-2, -3, 0, 5]).losses[3], 5);
  expect(naiveSoftmax([88, 0]).powers[0]).toBeLessThan(Number.POSITIVE_INFINITY);
  expect(naiveSoftmax([89, 0]).powers[0]).toBe(Number.POSITIVE_INFINITY);
  expect(naiveSoftmax([-2, -3, 0, 100]).probabilities).toEqual([0, 0, 0, Number.NaN]);
  const { probabilities, losses } = stableSoftmax([-2, -3, 0, 100]);
  toBeAllclose(probabilities, [0, 0, 0, 1], { absolute: 1e-40 });
  expect(losses[0]).toBeCloseTo(102, 5);
});
