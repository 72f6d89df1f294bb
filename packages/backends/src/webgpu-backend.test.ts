// Errors of the GPU reach the caller, and a new device can be had after them.
import { engines } from '@hornbook/testing';
import { add, backend, fill } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { useBackend } from './index.ts';
import type { LoudWebGPUBackend } from './webgpu-backend.ts';

const webgpu = engines.find(({ name }) => name === 'webgpu');

describe.skipIf(!webgpu?.available)('the GPU', () => {
  test('is described', async () => {
    const { name, adapter } = await useBackend('webgpu');
    expect(name).toBe('webgpu');
    expect(adapter).toEqual(webgpu?.adapter);
  });

  test('has as many buffers a shader as the adapter allows', async () => {
    await useBackend('webgpu');
    const { device } = backend() as LoudWebGPUBackend;
    expect(device.limits.maxStorageBuffersPerShaderStage).toBeGreaterThanOrEqual(8);
  });

  test('throws after an invalid command, at every read, until a new device is taken', async () => {
    await useBackend('webgpu');
    const x = add(fill([100, 100], 1), 1);
    const { device } = backend() as LoudWebGPUBackend;
    device.createBuffer({ size: 64, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
    await expect(x.data()).rejects.toThrow('WebGPU reports');
    await expect(add(fill([100, 100], 1), 1).data()).rejects.toThrow("call useBackend('webgpu') for a new device");

    await useBackend('webgpu');
    x.dispose();
    expect((await add(fill([100, 100], 1), 1).data())[0]).toBe(2);
  });

  test('throws when the device is lost, until a new one is taken', async () => {
    await useBackend('webgpu');
    const x = add(fill([100, 100], 1), 1);
    const { device } = backend() as LoudWebGPUBackend;
    device.destroy();
    await expect(x.data()).rejects.toThrow(/GPU/);

    await useBackend('webgpu');
    x.dispose();
    expect((await add(fill([100, 100], 1), 1).data())[0]).toBe(2);
  });
});
