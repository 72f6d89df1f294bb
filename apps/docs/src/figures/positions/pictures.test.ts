import { useBackend } from '@hornbook/backends';
import { toBeAllclose } from '@hornbook/testing';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { picturesOf } from './pictures.ts';

beforeAll(() => useBackend('cpu'));

test('sinusoidal: waves, and two places have the more in common the nearer they are', async () => {
  const { table = [], pairs } = await picturesOf('sinusoidal');
  toBeAllclose(table[5].slice(0, 2), [Math.sin(5), Math.cos(5)], { absolute: 1e-6 });
  // sin(a)sin(b) + cos(a)cos(b) = cos(a − b), for each of the 12 waves.
  const waves = Array.from({ length: 12 }, (_, i) => 10000 ** (-i / 12));
  toBeAllclose([pairs[9][4]], [waves.reduce((sum, wave) => sum + Math.cos(5 * wave), 0)], { absolute: 1e-5 });
});

test('rotary: every diagonal has one number', async () => {
  const { table, pairs } = await picturesOf('rotary');
  expect(table).toBeUndefined();
  for (const distance of [0, 1, 7]) {
    toBeAllclose(
      pairs.slice(distance).map((row, place) => row[place]),
      pairs.slice(distance).map(() => pairs[distance][0]),
      { absolute: 1e-5 },
    );
  }
});

test('ALiBi: lowered by the distance, by the last head the least', async () => {
  const first = (await picturesOf('alibi', 0)).pairs;
  expect(first[10][7]).toBeCloseTo(-3 * 2 ** -2, 6);
  expect((await picturesOf('alibi', 3)).pairs[10][7]).toBeCloseTo(-3 * 2 ** -8, 6);
});

test('pictures leave no tensors behind', async () => {
  await picturesOf('learned');
  const { numTensors } = memory();
  for (const kind of ['learned', 'sinusoidal', 'rotary', 'alibi'] as const) await picturesOf(kind);
  expect(memory().numTensors).toBe(numTensors);
});
