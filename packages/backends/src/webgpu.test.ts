// The GPU alone: in a browser with the kernels for training only.
import { linear } from '@hornbook/ops';
import { engines, toBeAllclose } from '@hornbook/testing';
import { getBackend, sum, tensor2d, topk, variable, variableGrads } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { useBackend as useAnyBackend } from './use-backend.ts';
import { useBackend } from './webgpu.ts';

const webgpu = engines.find(({ name }) => name === 'webgpu');

describe.skipIf(!webgpu?.available)('the entry for webgpu', () => {
  test('starts the GPU, with gradients', async () => {
    expect(await useBackend()).toEqual({ name: 'webgpu', adapter: webgpu?.adapter });
    expect(getBackend()).toBe('webgpu');
    const weight = variable(tensor2d([1, 2], [2, 1]));
    const { grads } = variableGrads(() => sum(linear(tensor2d([3, 4], [1, 2]), weight)));
    toBeAllclose(await grads[weight.name].data(), [3, 4]);
  });

  test('leaves its engine to the other entry, which brings all kernels', async () => {
    await useBackend();
    const x = tensor2d([3, 4, 5, 6], [1, 4]);
    expect(await useAnyBackend('webgpu')).toEqual({ name: 'webgpu', adapter: webgpu?.adapter });
    expect([...(await topk(x, 2).values.data())]).toEqual([6, 5]);
  });

  test('says what to do where the adapter is not there', async () => {
    await expect(useBackend('webgpu', { adapter: 'Voodoo 3' })).rejects.toThrow('Expected an adapter named');
    expect(await useBackend('webgpu')).toMatchObject({ name: 'webgpu' });
  });
});
