// The learning-rate finder on a parabola, where the best rate of plain descent is known.
import { useBackend } from '@hornbook/backends';
import type { Batch } from '@hornbook/datasets';
import { describeEngines, toBeAllclose } from '@hornbook/testing';
import { memory, mul, type Scalar, square, sum, type Tensor1D, tensor1d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { findLearningRate, type RatePoint, suggestLearningRate } from './find-learning-rate.ts';
import { sgd } from './sgd.ts';
import { trainable } from './trainable.ts';

const ids = { data: Int32Array.of(0), shape: [1, 1] };
const batch: Batch = { inputs: ids, targets: ids };
const loss = ({ p }: { p: Tensor1D }): Scalar => mul(sum(square(p)), 0.5); // p ← p · (1 − rate)

describeEngines('the learning-rate finder on', () => {
  test('rates rise evenly, the parameters stay, and the end is where the loss breaks', async () => {
    const parameters = trainable({ p: tensor1d([3, 4]) });
    const before = memory().numTensors;
    const points: RatePoint[] = [];
    const options = { parameters, loss, batches: [batch], from: 1e-3, to: 1e3, steps: 31 };
    for await (const point of findLearningRate({ ...options, optimizer: sgd({ learningRate: 1, momentum: 0.1 }) })) {
      points.push(point);
    }
    toBeAllclose(
      points.slice(0, 3).map(({ learningRate }) => learningRate),
      [1e-3, 1e-3 * 10 ** 0.2, 1e-3 * 10 ** 0.4],
    );
    toBeAllclose([points[0].loss], [12.5]);
    expect(points.length).toBeLessThan(31);
    expect([...(await parameters.p.data())]).toEqual([3, 4]);
    expect(memory().numTensors).toBe(before);
    // Descent halves p at 0.5 and overshoots above 2.
    const suggested = suggestLearningRate(points);
    expect(suggested).toBeGreaterThan(0.1);
    expect(suggested).toBeLessThan(2);
  });
});

test('the suggestion is the rate before the steepest fall', () => {
  const fall = [5, 5, 5, 5, 4, 1, 1, 1, 9];
  const points = fall.map((value, i) => ({ learningRate: 10 ** (i - 8), loss: value }));
  expect(suggestLearningRate(points)).toBe(1e-4);
  expect(() => suggestLearningRate(points.slice(0, 3))).toThrow(RangeError);
  expect(() => suggestLearningRate([])).toThrow('Expected a loss that falls at some rate');
});

test('rates out of range', async () => {
  await useBackend('cpu');
  const parameters = trainable({ p: tensor1d([1]) });
  const options = { parameters, loss, batches: [batch], optimizer: sgd({ learningRate: 1 }) };
  await expect(findLearningRate({ ...options, from: 1, to: 0.1 }).next()).rejects.toThrow(RangeError);
  await expect(findLearningRate({ ...options, from: 0 }).next()).rejects.toThrow('got 0 to 1 in 100');
  await expect(findLearningRate({ ...options, steps: 1 }).next()).rejects.toThrow('got 0.000001 to 1 in 1');
});
