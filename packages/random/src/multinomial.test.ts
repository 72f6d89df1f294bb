// Both routes of the multinomial draw, rows, and weights that cannot be drawn from.
import { expect, test } from 'vitest';
import { manualSeed } from './generator.ts';

const weights = [1, 0, 3, 4, 0, 2];

test('either route draws in proportion to the weights', () => {
  const generator = manualSeed(1);
  const draws = 20000;
  const looked = generator.multinomial(weights, draws, { replacement: true });
  const argmax = Int32Array.from({ length: draws }, () => generator.multinomial(weights, 1)[0]);
  for (const indices of [looked, argmax]) {
    const counts = weights.map((_, i) => indices.filter((index) => index === i).length);
    for (const [i, weight] of weights.entries()) {
      expect(Math.abs(counts[i] / draws - weight / 10)).toBeLessThan(weight === 0 ? Number.MIN_VALUE : 0.015);
    }
  }
});

test('argmax is the same draw with replacement and without: one exponential for each weight', () => {
  const exponentials = manualSeed(2).exponential(weights.length);
  const quotients = weights.map((weight, i) => Math.fround(weight / exponentials[i]));
  const expected = quotients.indexOf(Math.max(...quotients));
  const generator = manualSeed(2);
  expect(generator.multinomial(weights, 1, { replacement: true, route: 'argmax' })[0]).toBe(expected);
  expect(manualSeed(2).multinomial(weights, 1)[0]).toBe(expected);
  const after = manualSeed(2);
  after.exponential(weights.length);
  expect(generator.state()).toEqual(after.state());
});

test.each([
  ['a vocabulary', 50_257, (x: number) => Math.exp(-8 * x)],
  ['few of many', 5000, (x: number) => (x < 0.01 ? x : 0)],
  ['denormals', 500, (x: number) => x * 2 ** -140],
  ['equal ones', 500, () => 1],
])('argmax of %s is that of all quotients', (_, size, weightOf) => {
  const many = manualSeed(3).uniform(size).map(weightOf);
  for (let seed = 0; seed < 20; seed++) {
    const exponentials = manualSeed(seed).exponential(size);
    const quotients = many.map((weight, i) => weight / exponentials[i]);
    const expected = quotients.indexOf(quotients.reduce((most, value) => Math.max(most, value)));
    expect(manualSeed(seed).multinomial(many, 1)[0]).toBe(expected);
  }
});

test('cumulative takes one number of 53 bits a draw', () => {
  const [u] = manualSeed(2).uniform64(1);
  const cumulative = [0.1, 0.1, 0.4, 0.8, 0.8, 1];
  const expected = cumulative.findIndex((sum) => sum >= u);
  const generator = manualSeed(2);
  expect(generator.multinomial(weights, 1, { replacement: true })[0]).toBe(expected);
  const after = manualSeed(2);
  after.uniform64(1);
  expect(generator.state()).toEqual(after.state());
});

test('the running sum is a float32: what is too small for it is never drawn', () => {
  const dust = new Float32Array(2 ** 20).fill(2 ** -25);
  dust[0] = 1;
  expect(manualSeed(2).multinomial(dust, 500, { replacement: true })).toEqual(new Int32Array(500));
});

test('without replacement no index comes twice, and none of weight 0', () => {
  for (let seed = 0; seed < 100; seed++) {
    expect(manualSeed(seed).multinomial(weights, 4).sort()).toEqual(Int32Array.of(0, 2, 3, 5));
  }
});

test('rows are drawn in order: with replacement as one after another', () => {
  const generator = manualSeed(4);
  const apart = [...generator.multinomial([1, 2, 3], 5, { replacement: true })];
  apart.push(...generator.multinomial([3, 2, 1], 5, { replacement: true }));
  const together = manualSeed(4).multinomialRows([1, 2, 3, 3, 2, 1], 2, 5, { replacement: true });
  expect(Array.from(together)).toEqual(apart);
});

test('no draws give no indices', () => {
  expect(manualSeed(0).multinomial(weights, 0)).toEqual(new Int32Array(0));
});

test('the weights of the caller stay as they are', () => {
  const kept = Float32Array.from(weights);
  manualSeed(0).multinomial(kept, 3, { replacement: true });
  expect(Array.from(kept)).toEqual(weights);
});

const g = manualSeed(0);
test.each<[string, () => unknown]>([
  ['Expected weights from 0 to 3.4e38, got -1 at place 1', () => g.multinomial([1, -1], 1)],
  [
    'Expected weights from 0 to 3.4e38, got NaN at place 0',
    () => g.multinomial([Number.NaN, 1], 1, { replacement: true }),
  ],
  ['Expected weights from 0 to 3.4e38, got Infinity at place 2', () => g.multinomial([1, 1, 1e39], 1)],
  ['Expected a weight above 0, got 3 weights that are all 0', () => g.multinomial([0, 0, 0], 1)],
  [
    'Expected a weight above 0, got 2 weights that are all 0',
    () => g.multinomialRows([1, 1, 0, 0], 2, 1, { replacement: true }),
  ],
  ['Expected weights with a sum of at most 3.4e38', () => g.multinomial([3e38, 3e38], 1, { replacement: true })],
  ['Expected at most 4 draws without replacement, one for each weight above 0, got 5', () => g.multinomial(weights, 5)],
  ['Expected weights for each of 1 rows of one length, got 0 weights', () => g.multinomial([], 1)],
  ['Expected weights for each of 4 rows of one length, got 6 weights', () => g.multinomialRows(weights, 4, 1)],
  ['Expected n to be a whole number from 0 on, got -1', () => g.multinomial(weights, -1)],
  [
    "Expected route 'argmax' without replacement, got 'cumulative'",
    () => g.multinomial(weights, 1, { route: 'cumulative' }),
  ],
  [
    "Expected 1 draw by route 'argmax' with replacement, got 2: use 'cumulative'",
    () => g.multinomial(weights, 2, { replacement: true, route: 'argmax' }),
  ],
])('%s', (message, call) => {
  const before = g.state();
  expect(call).toThrow(RangeError);
  expect(call).toThrow(message);
  expect(g.state()).toEqual(before);
});
