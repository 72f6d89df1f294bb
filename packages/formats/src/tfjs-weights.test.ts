// TensorFlow.js's own form, beside TensorFlow.js's own reader and writer.
import { useBackend } from '@hornbook/backends';
import { io } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesInMemory } from './bytes/byte-source.ts';
import type { StoredTensor } from './dtypes.ts';
import { FormatError } from './format-error.ts';
import { readAll, tensorsInMemory } from './tensor-source.ts';
import { openTfjsWeights, streamTfjsWeights } from './tfjs-weights.ts';

const tensors: readonly (readonly [string, StoredTensor])[] = [
  ['a', { dtype: 'F32', shape: [3], data: Float32Array.of(1.5, -0, Number.NaN) }],
  ['flag', { dtype: 'BOOL', shape: [3], data: Uint8Array.of(1, 0, 1) }],
  ['ids', { dtype: 'I32', shape: [2, 2], data: Int32Array.of(1, -2, 3, 4) }],
  ['none', { dtype: 'F32', shape: [0], data: new Float32Array(0) }],
  ['one', { dtype: 'F32', shape: [], data: Float32Array.of(7) }],
];

async function folderOf(source = tensorsInMemory(tensors), shardBytes = 10): Promise<Map<string, Uint8Array>> {
  const folder = new Map<string, Uint8Array>();
  for await (const { file, bytes } of streamTfjsWeights(source, { shardBytes })) {
    const before = folder.get(file) ?? new Uint8Array(0);
    const joined = new Uint8Array(before.length + bytes.length);
    joined.set(before);
    joined.set(bytes, before.length);
    folder.set(file, joined);
  }
  return folder;
}

const openFolder = (folder: ReadonlyMap<string, Uint8Array>) =>
  openTfjsWeights(folder.get('model.json') as Uint8Array, async (file) =>
    bytesInMemory(folder.get(file) as Uint8Array, file),
  );

test('there and back, bit for bit, over shards of any size', async () => {
  for (const shardBytes of [1, 7, 10, 4096]) {
    expect(await readAll(await openFolder(await folderOf(undefined, shardBytes)))).toEqual(new Map(tensors));
  }
});

test('halves are written as float32', async () => {
  const half = tensorsInMemory([['h', { dtype: 'F16', shape: [2], data: Float32Array.of(1, 0.5) }]]);
  const read = await (await openFolder(await folderOf(half))).read('h');
  expect(read).toEqual({ dtype: 'F32', shape: [2], data: Float32Array.of(1, 0.5) });
});

test('TensorFlow.js reads it', async () => {
  await useBackend('cpu');
  const folder = await folderOf();
  const [{ paths, weights }] = JSON.parse(new TextDecoder().decode(folder.get('model.json'))).weightsManifest;
  const bytes = await new Blob(paths.map((path: string) => folder.get(path))).arrayBuffer();
  const decoded = io.decodeWeights(bytes, weights);
  for (const [name, { shape, data }] of tensors) {
    expect(decoded[name].shape).toEqual(shape);
    expect([...decoded[name].dataSync()]).toEqual([...(data as Float32Array)]);
  }
});

describe('refused', () => {
  const weight = { name: 'a', shape: [2], dtype: 'float32' };
  const open = (weights: unknown, { paths = ['w.bin'] as unknown[], size = 8 } = {}) =>
    openTfjsWeights(JSON.stringify({ weightsManifest: [{ paths, weights }] }), async (file) =>
      bytesInMemory(new Uint8Array(size), file),
    );

  test.each<[string, () => Promise<unknown>, string]>([
    ['a way out', () => open([weight], { paths: ['../w.bin'] }), 'files in the same folder'],
    ['a path that is no text', () => open([weight], { paths: [null] }), 'files in the same folder'],
    ['a quantized weight', () => open([{ ...weight, quantization: { dtype: 'uint8' } }]), 'no quantization of "a"'],
    ['complex numbers', () => open([{ ...weight, dtype: 'complex64' }]), 'float32, int32 or bool'],
    ['a dtype out of a prototype', () => open([{ ...weight, dtype: 'toString' }]), 'float32, int32 or bool'],
    ['a negative size', () => open([{ ...weight, shape: [-2] }]), 'sizes from 0 up'],
    ['a size that becomes no number', () => open([{ ...weight, shape: [{ toString: 1 }] }]), 'sizes from 0 up'],
    ['a size that overflows', () => open([{ ...weight, shape: [2 ** 30, 2 ** 30] }]), 'sizes from 0 up'],
    ['a weight twice', () => open([weight, weight], { size: 16 }), 'each weight once'],
    ['a file cut short', () => open([weight], { size: 7 }), 'Expected 8 bytes of weights'],
    ['bytes left over', () => open([weight], { size: 9 }), 'Expected 8 bytes of weights'],
    ['no list', () => open({}), 'Expected paths and weights'],
    ['no manifest', () => openTfjsWeights('{}', async () => bytesInMemory(new Uint8Array(0))), 'to be a list'],
  ])('%s', async (_, work, message) => {
    await expect(work()).rejects.toThrow(message);
    await expect(work()).rejects.toBeInstanceOf(FormatError);
  });

  test('types that TensorFlow.js does not have', async () => {
    const wide = tensorsInMemory([['w', { dtype: 'F64', shape: [1], data: Float64Array.of(1) }]]);
    await expect(folderOf(wide)).rejects.toThrow(RangeError);
  });

  test('whatever is done to model.json, it is read or refused with a FormatError', async () => {
    const text = new TextDecoder().decode((await folderOf()).get('model.json'));
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.nat(5), fc.string({ maxLength: 5 }), async (at, remove, insert) => {
        const changed = text.slice(0, at) + insert + text.slice(at + remove);
        const error = await openTfjsWeights(changed, async (file) => bytesInMemory(new Uint8Array(10), file)).catch(
          (thrown) => thrown,
        );
        if (error instanceof Error) expect(error).toBeInstanceOf(FormatError);
      }),
      { numRuns: 300 },
    );
  });
});
