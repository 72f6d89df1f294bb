// The chart of losses: its ticks, and what is on it.
import { expect, test } from 'vitest';
import { lossChart, ticksBetween } from './loss-chart.ts';

test.each([
  [1.83, 4.17, 5, [2, 2.5, 3, 3.5, 4]],
  [0, 20_000, 6, [0, 5000, 10_000, 15_000, 20_000]],
  [0.1, 0.3, 4, [0.1, 0.15, 0.2, 0.25, 0.3]],
  [2, 2, 5, [2]],
])('ticks from %d to %d', (low, high, count, ticks) => {
  expect(ticksBetween(low, high, count)).toEqual(ticks);
});

test('a line of training, one of validation, and its measurements by their numbers', () => {
  const steps = Array.from({ length: 400 }, (_, step) => ({
    step,
    loss: 4 - step / 200,
    learningRate: 0.1,
    ...(step % 100 === 99 && { validationLoss: 3 - step / 400 }),
  }));
  const svg = lossChart(steps);
  expect(svg.match(/<polyline class="training" points="([^"]*)"/)?.[1].split(' ')).toHaveLength(150);
  expect(svg.match(/<polyline class="validation" points="([^"]*)"/)?.[1].split(' ')).toHaveLength(4);
  expect(svg).toContain('<title>after 400 steps: 2.0025</title>');
  expect(svg).not.toContain('NaN');
});

test('steps that all have one loss are a level line', () => {
  const steps = [0, 1].map((step) => ({ step, loss: 2, learningRate: 0.1 }));
  expect(lossChart(steps)).not.toContain('NaN');
});
