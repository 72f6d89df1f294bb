// The adapters of this machine: all are reported, a real one is taken by itself, any of them by a part of its name.
import { useBackend } from '@hornbook/backends';
import { engines } from '@hornbook/testing';
import { describe, expect, test } from 'vitest';
import { describeAdapter, findAdapter, inspectAdapters } from './adapter.ts';

const webgpu = engines.find(({ name }) => name === 'webgpu');

describe.skipIf(!webgpu?.available)('adapters', () => {
  test('say why they are used by themselves, or not', async () => {
    const adapters = await inspectAdapters();
    expect(adapters[0]).toMatchObject({ name: webgpu?.adapter?.name });
    for (const { software, automatic, reason, features, largestTensor } of adapters) {
      expect(['subgroups', 'shader-f16', 'timestamp-query']).toEqual(expect.arrayContaining([...features]));
      expect(largestTensor).toBeGreaterThanOrEqual(2 ** 27); // WebGPU's least
      expect(software && automatic).toBe(false);
      expect(reason).toMatch(software ? /made of software .* asked for by name/ : /the fastest here|ask for this one/);
    }
  });

  test('are found by a part of their name', async () => {
    const { name } = webgpu?.adapter ?? { name: '' };
    const part = name.slice(0, 6).toUpperCase();
    const found = await findAdapter(part);
    if (typeof found === 'string') throw new Error(found);
    expect(describeAdapter(found).name).toBe(name);
    expect(await useBackend('webgpu', { adapter: part })).toMatchObject({ adapter: { name } });
    expect(await useBackend('webgpu')).toMatchObject({ adapter: { name } });
  });

  test('of another name are not taken for one', async () => {
    expect(await findAdapter('Voodoo 3')).toMatch(/^Expected an adapter named .+, got "Voodoo 3"$/);
    await expect(useBackend('webgpu', { adapter: 'Voodoo 3' })).rejects.toThrow('got "Voodoo 3". Instead of webgpu');
    expect(await useBackend('webgpu')).toMatchObject({ name: 'webgpu' });
  });
});
