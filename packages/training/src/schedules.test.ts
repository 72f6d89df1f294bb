// Learning-rate schedules at the places where they can be worked out by hand.
import { toBeAllclose } from '@hornbook/testing';
import { expect, test } from 'vitest';
import { constantRate, cosineRate, linearRate, type Schedule, stepRate, warmupStableDecayRate } from './schedules.ts';

const at = (schedule: Schedule, ...steps: number[]) => steps.map(schedule);

test('constant', () => {
  expect(at(constantRate(0.1), 0, 7, 1e6)).toEqual([0.1, 0.1, 0.1]);
});

test('linear', () => {
  expect(at(linearRate({ learningRate: 1, steps: 4 }), 0, 1, 2, 3, 4, 9)).toEqual([1, 0.75, 0.5, 0.25, 0, 0]);
  toBeAllclose(at(linearRate({ learningRate: 1, steps: 4, minimum: 0.2 }), 0, 2, 4), [1, 0.6, 0.2]);
});

test('cosine, with a warm-up in equal parts', () => {
  const rate = cosineRate({ learningRate: 1, steps: 13, warmupSteps: 3, minimum: 0.1 });
  toBeAllclose(at(rate, 0, 1, 2, 3), [0.25, 0.5, 0.75, 1]);
  toBeAllclose(at(rate, 8, 13, 99), [0.55, 0.1, 0.1]); // half way, the end, beyond
  toBeAllclose(at(rate, 5), [0.1 + (0.9 * (1 + Math.cos(Math.PI * 0.2))) / 2]);
});

test('a warm-up that takes all steps is refused', () => {
  const make = () => cosineRate({ learningRate: 1, steps: 10, warmupSteps: 10 });
  expect(make).toThrow(new RangeError('Expected a warm-up of fewer than 10 steps, got 10'));
});

test('warm-up, stable, decay', () => {
  const rate = warmupStableDecayRate({ learningRate: 1, steps: 20, warmupSteps: 3, decaySteps: 4, minimum: 0.2 });
  toBeAllclose(at(rate, 0, 1, 2, 3), [0.25, 0.5, 0.75, 1]);
  toBeAllclose(at(rate, 16, 17, 18, 19, 20, 30), [1, 0.8, 0.6, 0.4, 0.2, 0.2]);
  expect(at(rate, 3, 9, 15)).toEqual([1, 1, 1]);
  toBeAllclose(at(warmupStableDecayRate({ learningRate: 1, steps: 10 }), 0, 8, 9, 10), [1, 1, 0.5, 0]); // a fifth
  for (const decaySteps of [0, 18, Number.NaN]) {
    expect(() => warmupStableDecayRate({ learningRate: 1, steps: 20, warmupSteps: 3, decaySteps })).toThrow(
      new RangeError(`Expected decaySteps above 0 and at most 17, the steps after the warm-up, got ${decaySteps}`),
    );
  }
});

test('in steps', () => {
  const rate = stepRate(0.1, { 100000: 0.01, 150000: 0.001 });
  expect(at(rate, 0, 99_999, 100_000, 149_999, 150_000, 1e6)).toEqual([0.1, 0.1, 0.01, 0.01, 0.001, 0.001]);
  expect(() => stepRate(0.1, { 0.5: 1 })).toThrow(
    new RangeError('Expected steps to be whole numbers from 0 up, got 0.5'),
  );
});
