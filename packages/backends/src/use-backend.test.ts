// Choosing an engine: by name, the best one, one twice, another one, one that does not exist.
import { engines } from '@hornbook/testing';
import { add, engine, getBackend, tensor1d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { inspectBackends, useBackend } from './index.ts';

const here = engines.filter(({ available }) => available).map(({ name }) => name);

describe('useBackend', () => {
  test('takes an engine by name, and another one after it', async () => {
    for (const name of [...here, ...here]) {
      expect((await useBackend(name)).name).toBe(name);
      expect(getBackend()).toBe(name);
      expect([...(await add(tensor1d([1, 2]), 1).data())]).toEqual([2, 3]);
    }
  });

  test('takes the best engine where none is named, and no GPU made of software', async () => {
    const best = (await inspectBackends()).find(({ automatic }) => automatic);
    expect(await useBackend()).toMatchObject({ name: best?.name });
    expect((await useBackend()).adapter?.software).not.toBe(true);
  });

  test('keeps the engine that runs when it is asked for again', async () => {
    await useBackend('wasm');
    const { backend } = engine();
    await useBackend('wasm');
    expect(engine().backend).toBe(backend);
  });

  test('calls at the same time start an engine once', async () => {
    const backends = await Promise.all([useBackend('wasm'), useBackend('wasm'), useBackend('wasm')]);
    expect(backends).toEqual([{ name: 'wasm' }, { name: 'wasm' }, { name: 'wasm' }]);
    expect(getBackend()).toBe('wasm');
  });

  test('sets the threads of simd, where there can be several, and refuses senseless numbers', async () => {
    const { threads: most = 1 } = await useBackend('simd');
    expect((await inspectBackends()).find(({ name }) => name === 'simd')?.threads).toBe(most);
    expect(await useBackend('simd', { threads: 1 })).toEqual({ name: 'simd', threads: 1 });
    expect(await useBackend('simd', { threads: most })).toEqual({ name: 'simd', threads: most });
    await expect(useBackend('simd', { threads: 0 })).rejects.toThrow(
      'Expected a number of threads from 1 to 100, got 0',
    );
  });

  test('names the engines there are when it is given another name', async () => {
    await expect(useBackend('tpu')).rejects.toThrow('Expected an engine named webgpu, simd, wasm, cpu, got "tpu"');
    await expect(useBackend('')).rejects.toThrow(RangeError);
  });
});

describe('inspectBackends', () => {
  test('reports every engine, with what to do about those that are not picked by themselves', async () => {
    const reports = await inspectBackends();
    expect(reports.map(({ name }) => name)).toEqual(['webgpu', 'simd', 'wasm', 'cpu']);
    for (const { available, automatic, version, advice } of reports) {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
      expect(available || !automatic).toBe(true);
      expect(advice !== undefined).toBe(!automatic);
    }
  });
});
