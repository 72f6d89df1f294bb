// Whether draws are as frequent as they should be: Pearson's chi-square test.
import { expect } from 'vitest';

/** The 0.999 quantiles of chi-square, by degrees of freedom. */
const quantiles: Record<number, number> = { 0: 0, 1: 10.83, 2: 13.82, 3: 16.27, 4: 18.47, 5: 20.52, 8: 26.12 };

/** Draws many, and expects each id as often as its share of the weights says; an id of weight 0 never. */
export function expectFrequencies(weights: ArrayLike<number>, draw: () => number, draws = 20_000): void {
  const counts = new Float64Array(weights.length);
  for (let i = 0; i < draws; i++) counts[draw()]++;
  const total = Array.from(weights).reduce((sum, weight) => sum + weight, 0);
  const expected = Array.from(weights, (weight) => (draws * weight) / total);
  const possible = [...expected.keys()].filter((id) => expected[id] > 0);
  expect([...counts.keys()].filter((id) => counts[id] > 0)).toEqual(possible);
  const square = possible.reduce((sum, id) => sum + (counts[id] - expected[id]) ** 2 / expected[id], 0);
  expect(square).toBeLessThanOrEqual(quantiles[possible.length - 1]);
}
