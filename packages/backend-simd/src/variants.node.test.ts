// All four variants run and agree; what picks among them follows what the JavaScript engine has.
import { syncBuiltinESMExports } from 'node:module';
import v8 from 'node:v8';
import { toBeAllclose } from '@hornbook/testing';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { askForRelaxed } from './ask-for-relaxed.ts';
import { SimdBackend } from './backend.ts';
import { Team } from './threads.ts';
import { instantiate, pickVariant, type Variant } from './variants.ts';

const variants: Variant[] = ['plain', 'relaxed', 'plain-threads', 'relaxed-threads'];

/** √ of 1, 2, 3, …: 1,001 numbers, so that the last vector is not whole. */
async function roots(variant: Variant): Promise<Float32Array> {
  const instance = await instantiate(variant);
  const backend = new SimdBackend(instance.memory, new Team(instance));
  const x = backend.makeTensorInfo(
    [1001],
    'float32',
    Float32Array.from({ length: 1001 }, (_, i) => i + 1),
  );
  const y = backend.output([1001], 'float32');
  backend.emit('sqrt', [backend.pointer(x), backend.pointer(y), 1001], 1e9);
  return backend.readSync(y.dataId) as Float32Array;
}

test.each(variants)('%s', async (variant) => {
  const expected = Float32Array.from({ length: 1001 }, (_, i) => Math.sqrt(i + 1));
  toBeAllclose(await roots(variant), expected, { absolute: 0, relative: 1e-7 });
  const { memory } = await instantiate(variant);
  expect(memory.wasm.buffer instanceof SharedArrayBuffer).toBe(variant.endsWith('-threads'));
});

describe('the variant is picked', () => {
  afterEach(() => vi.restoreAllMocks());

  test('by whether memory is to be shared', () => {
    expect(pickVariant(false)).toBe('relaxed');
    expect(pickVariant(true)).toBe('relaxed-threads');
  });

  test('without fused multiply-add where there is none', () => {
    const { validate } = WebAssembly;
    vi.spyOn(WebAssembly, 'validate').mockImplementation(
      (bytes) => (bytes as Uint8Array).length < 40 && validate(bytes),
    );
    expect(pickVariant(false)).toBe('plain');
    expect(pickVariant(true)).toBe('plain-threads');
  });

  test('not at all without SIMD', () => {
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    expect(() => pickVariant(false)).toThrow('no WebAssembly SIMD');
  });
});

test.each([
  ['20.11.0', 1],
  ['22.0.0', 0],
])('Node %s is asked for fused multiply-add %i times', async (node, times) => {
  const versions = Object.getOwnPropertyDescriptor(process, 'versions') as PropertyDescriptor;
  const ask = vi.spyOn(v8, 'setFlagsFromString').mockImplementation(() => {});
  syncBuiltinESMExports();
  Object.defineProperty(process, 'versions', { ...versions, value: { ...process.versions, node } });
  try {
    await askForRelaxed();
    expect(ask.mock.calls).toEqual(Array(times).fill(['--experimental-wasm-relaxed-simd']));
  } finally {
    Object.defineProperty(process, 'versions', versions);
    ask.mockRestore();
    syncBuiltinESMExports();
  }
});
