// What the golden values leave open of the initializers: gains, fan modes, receptive fields.
import { expect, test } from 'vitest';
import { manualSeed } from './generator.ts';
import {
  embeddingWeights,
  gainOf,
  kaimingNormal,
  kaimingUniform,
  linearWeights,
  type Nonlinearity,
  xavierNormal,
  xavierUniform,
} from './initializers.ts';

test.each<[Nonlinearity, number | undefined, number]>([
  ['linear', undefined, 1],
  ['sigmoid', undefined, 1],
  ['tanh', undefined, 5 / 3],
  ['relu', undefined, Math.SQRT2],
  ['leaky-relu', undefined, Math.sqrt(2 / 1.0001)],
  ['leaky-relu', 1, 1],
  ['selu', undefined, 0.75],
])('the gain of %s with slope %s is %d', (nonlinearity, slope, gain) => {
  expect(gainOf(nonlinearity, slope)).toBeCloseTo(gain, 12);
});

test('kaiming counts what an output sees, or what an input reaches, times the receptive field', () => {
  const shape = [8, 2, 3, 3];
  const bound = (fan: number) => Math.sqrt(3) * (Math.SQRT2 / Math.sqrt(fan));
  expect(kaimingUniform(manualSeed(1), shape)).toEqual(manualSeed(1).uniform(144, -bound(18), bound(18)));
  expect(kaimingUniform(manualSeed(1), shape, { mode: 'fan-out' })).toEqual(
    manualSeed(1).uniform(144, -bound(72), bound(72)),
  );
  expect(kaimingNormal(manualSeed(1), shape, { nonlinearity: 'tanh', mode: 'fan-out' })).toEqual(
    manualSeed(1).normal(144, 0, 5 / 3 / Math.sqrt(72)),
  );
});

test('xavier multiplies by its gain', () => {
  const deviation = 2 * Math.sqrt(2 / 12);
  const bound = Math.sqrt(3) * deviation;
  expect(xavierUniform(manualSeed(1), [8, 4], { gain: 2 })).toEqual(manualSeed(1).uniform(32, -bound, bound));
  expect(xavierNormal(manualSeed(1), [8, 4], { gain: 2 })).toEqual(manualSeed(1).normal(32, 0, deviation));
});

test.each<[string, () => unknown]>([
  ['Expected lengths of at least 1, got the shape [0, 4]', () => embeddingWeights(manualSeed(0), 0, 4)],
  ['Expected lengths of at least 1, got the shape [4, 0]', () => linearWeights(manualSeed(0), 0, 4)],
  ['Expected a shape of at least 2 numbers, got 1', () => xavierNormal(manualSeed(0), [4])],
  [
    'Expected a length in a shape to be a whole number from 0 on, got 2.5',
    () => kaimingNormal(manualSeed(0), [4, 2.5]),
  ],
  ['Expected gain to be finite, got NaN', () => xavierUniform(manualSeed(0), [4, 4], { gain: Number.NaN })],
  ['Expected slope to be finite, got Infinity', () => kaimingUniform(manualSeed(0), [4, 4], { slope: Infinity })],
  [
    "Expected 'linear', 'sigmoid', 'tanh', 'relu', 'leaky-relu' or 'selu', got \"swish\"",
    () => kaimingUniform(manualSeed(0), [4, 4], { nonlinearity: 'swish' as 'relu' }),
  ],
  [
    "Expected mode to be 'fan-in' or 'fan-out', got \"fan_in\"",
    () => kaimingUniform(manualSeed(0), [4, 4], { mode: 'fan_in' as 'fan-in' }),
  ],
])('%s', (message, call) => {
  expect(call).toThrow(RangeError);
  expect(call).toThrow(message);
});
