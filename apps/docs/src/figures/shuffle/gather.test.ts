import { useBackend } from '@hornbook/backends';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { gather, type Kind, largestDifference } from './gather.ts';

beforeAll(() => useBackend('cpu'));

const sentence = 'the dog bites the old man today'.split(' ');
const shuffled = 'man the old dog the bites today'.split(' ');
const difference = async (kind: Kind) => largestDifference(await gather(sentence, kind), await gather(shuffled, kind));

test('without positions the last word gathers the same from any order', async () => {
  expect(await difference('none')).toBeLessThan(1e-6);
});

test.each(['learned', 'sinusoidal', 'rotary', 'alibi'] as const)('with %s positions it does not', async (kind) => {
  expect(await difference(kind)).toBeGreaterThan(1e-3);
});

test('the figure leaves no tensors behind', async () => {
  const { numTensors } = memory();
  await difference('learned');
  expect(memory().numTensors).toBe(numTensors);
});
