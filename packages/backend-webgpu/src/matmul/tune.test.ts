// The tuner finds a tile for every class, and products are right with what it found.
import { useBackend } from '@hornbook/backends';
import { engines } from '@hornbook/testing';
import { backend, fill, matMul, memory } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GpuBackend } from '../backend.ts';
import { tiles } from './plans.ts';
import { tune, useTuning } from './tune.ts';

const webgpu = engines.find(({ name }) => name === 'webgpu');
const gpu = () => backend() as GpuBackend;

describe.skipIf(!webgpu?.available)('the tuner', () => {
  beforeEach(async () => {
    await useBackend('webgpu');
  });

  afterEach(() => gpu().tuning.clear());

  test('finds the fastest tile for every form, and leaves nothing behind', async () => {
    const before = memory().numTensors;
    const found = await tune(gpu(), { levels: [0], depth: 16 });
    expect(Object.keys(found)).toEqual(['NN 2', 'NT 2', 'TN 2', 'TT 2']);
    for (const tile of Object.values(found)) expect(Object.keys(tiles)).toContain(tile);
    expect([...gpu().tuning]).toEqual(Object.entries(found));
    expect(memory().numTensors).toBe(before);
    expect(new Set(await matMul(fill([64, 16], 1), fill([16, 64], 2)).data())).toEqual(new Set([32]));
  });

  test('passes over tiles that it does not know', () => {
    useTuning(gpu(), { 'NN 2': 'medium', 'NN 4': 'gigantic' as 'large' });
    expect([...gpu().tuning]).toEqual([['NN 2', 'medium']]);
  });
});
