// The GPU alone: in a browser with the kernels for training only.
import { linear } from '@hornbook/ops';
import { engines, toBeAllclose } from '@hornbook/testing';
import { env, getBackend, sum, tensor2d, topk, variable, variableGrads } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
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

  test('says which operation it has no kernel for', async () => {
    await useBackend('webgpu');
    const largest = () => topk(tensor2d([3, 4, 5, 6], [1, 4]), 2);
    if (env().getBool('IS_NODE')) expect([...(await largest().values.data())]).toEqual([6, 5]);
    else expect(largest).toThrow("Kernel 'TopK' not registered for backend 'webgpu'");
  });

  test('says what to do where the adapter is not there', async () => {
    await expect(useBackend('webgpu', { adapter: 'Voodoo 3' })).rejects.toThrow('Expected an adapter named');
    expect(await useBackend('webgpu')).toMatchObject({ name: 'webgpu' });
  });
});
