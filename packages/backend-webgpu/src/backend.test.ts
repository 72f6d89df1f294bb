// Errors of the GPU reach the caller, and a new device can be had after them. And what becomes of its memory.
import { useBackend } from '@hornbook/backends';
import { engines } from '@hornbook/testing';
import { add, backend, fill, mean, mul, type Tensor, tidy, variable } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GpuBackend } from './backend.ts';
import { GpuError } from './gpu-error.ts';

const webgpu = engines.find(({ name }) => name === 'webgpu');
const gpu = () => backend() as GpuBackend;
const computed = () => add(fill([100, 100], 1), 1);

/** The error of a read, which must be one. */
async function failureOf(x: Tensor): Promise<GpuError> {
  const error = await x.data().catch((reason) => reason);
  expect(error).toBeInstanceOf(GpuError);
  return error as GpuError;
}

describe.skipIf(!webgpu?.available)('the GPU', () => {
  beforeEach(async () => {
    await useBackend('webgpu');
  });

  afterEach(async () => {
    await useBackend('webgpu');
    expect((await computed().data())[0]).toBe(2); // on a new device, where the last was lost
  });

  test('is described', async () => {
    expect(await useBackend('webgpu')).toEqual({ name: 'webgpu', adapter: webgpu?.adapter });
  });

  test('has as many buffers a shader as the adapter allows', () => {
    expect(gpu().device.limits.maxStorageBuffersPerShaderStage).toBeGreaterThanOrEqual(8);
  });

  test('throws after an invalid command, at every read, until a new device is taken', async () => {
    const x = computed();
    gpu().device.createBuffer({ size: 64, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
    const error = await failureOf(x);
    expect(error.kind).toBe('invalid');
    expect(error.message).toContain('WebGPU reports: ');
    expect((await failureOf(computed())).message).toContain("call useBackend('webgpu') for a new device");
  });

  test('throws when it has no more memory', async () => {
    const { device, pool } = gpu();
    const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
    const size = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize);
    for (let taken = 0; !gpu().failure && taken < 2 ** 40; taken += size) {
      pool.acquireBuffer(size, STORAGE | COPY_SRC | COPY_DST);
      await device.queue.onSubmittedWorkDone();
    }
    const error = await failureOf(computed());
    expect(error.kind).toBe('memory');
    expect(error.message).toContain('Take smaller batches or a smaller model');
  });

  test('throws when the device is lost, until a new one is taken', async () => {
    const x = computed();
    gpu().device.destroy();
    expect((await failureOf(x)).kind).toBe('lost');
    expect((await failureOf(computed())).message).toMatch(/GPU/);
  });

  test('reads a tensor that is disposed while it is read', async () => {
    const x = computed();
    const reading = x.data();
    x.dispose();
    expect((await reading)[0]).toBe(2);
  });

  test('refuses a tensor that is larger than its limits, and names the limit', () => {
    const { maxStorageBufferBindingSize, maxBufferSize } = gpu().device.limits;
    const rows = Math.ceil(Math.min(maxStorageBufferBindingSize, maxBufferSize) / 4000) + 1;
    expect(() => tidy(() => add(fill([rows, 1000], 1), 1))).toThrow(
      /Expected tensors of at most [\d,.]+ MB \(max\w+Size of this GPU\), got one of [\d,.]+ MB: take smaller batches/,
    );
  });

  test('keeps what is free for reuse, and gives it back when told to', async () => {
    const held = () => gpu().memory().numBytesAllocatedInGPU;
    gpu().pool.trim();
    const before = held();
    for (let size = 100; size < 110; size++) await tidy(() => mean(mul(fill([size, size], 2), 2))).data();
    gpu().flush();
    expect(held()).toBeGreaterThan(before + 10 * 4 * 100 * 100);
    gpu().pool.trim();
    expect(held()).toBeLessThan(before + 1000);
  });

  test('gives back by itself what has not been used for some steps', async () => {
    gpu().pool.trim();
    const before = gpu().memory().numBytesAllocatedInGPU;
    for (let size = 100; size < 110; size++) await tidy(() => mean(mul(fill([size, size], 2), 2))).data();
    const grown = gpu().memory().numBytesAllocatedInGPU;
    for (let step = 0; step < 200; step++) {
      const x = tidy(() => add(fill([64], step), 1));
      await x.data();
      x.dispose();
    }
    expect(grown).toBeGreaterThan(before + 10 * 4 * 100 * 100);
    expect(gpu().memory().numBytesAllocatedInGPU).toBeLessThan(before + 2000);
  });

  test('holds no more memory after a thousand steps', async () => {
    const total = variable(fill([64], 0));
    const held: number[] = [];
    for (let step = 0; step < 1000; step++) {
      tidy(() => total.assign(add(total, mul(fill([64], step), 0.5))));
      if (step % 100 === 99) await total.data();
      if (step % 250 === 249) held.push(gpu().memory().numBytesAllocatedInGPU);
    }
    expect((await total.data())[0]).toBe((0.5 * 999 * 1000) / 2);
    expect(new Set(held).size).toBe(1);
    total.dispose();
  });
});
