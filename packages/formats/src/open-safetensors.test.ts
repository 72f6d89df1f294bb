// Safetensors that are opened, not read: one tensor at a time, from any kind of bytes, and split over files.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ByteSource, blobBytes, bytesInMemory, joinBytes } from './bytes/byte-source.ts';
import type { StoredTensor } from './dtypes.ts';
import { openSafetensors, openSharded } from './open-safetensors.ts';
import { readSafetensors } from './read-safetensors.ts';
import { SafetensorsError } from './safetensors-header.ts';
import { streamSharded } from './stream-sharded.ts';
import { readAll, type TensorSource, tensorsInMemory } from './tensor-source.ts';
import { sizeOfSafetensors, streamSafetensors, writeSafetensors } from './write-safetensors.ts';

const tensors: readonly (readonly [string, StoredTensor])[] = [
  ['words', { dtype: 'F32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
  ['half', { dtype: 'F16', shape: [3], data: Float32Array.of(1.5, -2, 0) }],
  ['brain', { dtype: 'BF16', shape: [1], data: Float32Array.of(0.5) }],
  ['count', { dtype: 'I64', shape: [], data: BigInt64Array.of(-5n) }],
  ['flags', { dtype: 'BOOL', shape: [3], data: Uint8Array.of(1, 0, 1) }],
  ['none', { dtype: 'F64', shape: [0], data: new Float64Array(0) }],
];
const file = writeSafetensors(tensors, { note: 'x' });

/** Counts what is read. */
function watched(bytes: ByteSource) {
  const reads: [number, number][] = [];
  const read: ByteSource['read'] = (begin, end) => {
    reads.push([begin, end]);
    return bytes.read(begin, end);
  };
  return { ...bytes, read, reads };
}

describe.each<[string, () => ByteSource]>([
  ['memory', () => bytesInMemory(file)],
  ['a Blob', () => blobBytes(new Blob([file]))],
  [
    'pieces',
    () =>
      joinBytes(
        [file.slice(0, 5), file.slice(5, 100), file.slice(100)].map((b) => bytesInMemory(b)),
        'all',
      ),
  ],
])('from %s', (_, bytes) => {
  test('all tensors are as written', async () => {
    const source = await openSafetensors(bytes());
    expect(await readAll(source)).toEqual(new Map(readSafetensors(file).tensors));
    expect(source.metadata).toEqual({ note: 'x' });
  });

  test('one tensor takes its own bytes and no others', async () => {
    const seen = watched(bytes());
    const source = await openSafetensors(seen);
    const { byteLength } = (await source.read('words')).data;
    expect(seen.reads.map(([begin, end]) => end - begin)).toEqual([8, expect.any(Number), byteLength]);
    await expect(source.read('toString')).rejects.toThrow('Expected a tensor "toString", got none of this name');
  });
});

test('in memory nothing is copied, where it is aligned', async () => {
  const read = await (await openSafetensors(bytesInMemory(file))).read('words');
  expect(read.data.buffer).toBe(file.buffer);
  const shifted = new Uint8Array(file.length + 1).subarray(1);
  shifted.set(file);
  const copied = await (await openSafetensors(bytesInMemory(shifted))).read('words');
  expect(copied.data).toEqual(read.data);
});

test('a stream has the bytes of the whole, with one tensor in memory at a time', async () => {
  const source = tensorsInMemory(tensors, { note: 'x' });
  const parts: Uint8Array[] = [];
  for await (const part of streamSafetensors(source)) parts.push(part);
  expect(new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer())).toEqual(file);
  expect(parts).toHaveLength(tensors.length + 1);
  expect(sizeOfSafetensors(source)).toBe(file.length);
});

test('a source that gives another tensor than it announced is found out', async () => {
  const source: TensorSource = {
    ...tensorsInMemory(tensors),
    read: async () => ({ dtype: 'F32', shape: [3, 2], data: new Float32Array(6) }),
  };
  const write = async () => {
    for await (const _ of streamSafetensors(source));
  };
  await expect(write()).rejects.toThrow(RangeError);
});

test('whatever is done to the bytes, opening refuses what reading refuses', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(file.length - 1), fc.nat(255), fc.nat(8), async (at, value, cut) => {
      const bytes = file.with(at, value).subarray(0, file.length - cut);
      const [whole, opened] = await Promise.all([
        outcome(async () => new Map(readSafetensors(bytes).tensors)),
        outcome(async () => readAll(await openSafetensors(bytesInMemory(bytes)))),
      ]);
      if (whole instanceof Error) expect(opened).toBeInstanceOf(SafetensorsError);
      else expect(opened).toEqual(whole);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['a pickle', [0x80, 2, 0x7d, 0x71, 0, 0x58, 1, 0], 'got a pickle'],
  ['a zip', [0x50, 0x4b, 3, 4, 0, 0, 8, 8], 'got a zip, perhaps of pickles'],
])('%s is refused by its name', async (_, start, message) => {
  const bytes = Uint8Array.from([...start, ...new Array(100).fill(0)]);
  await expect(openSafetensors(bytesInMemory(bytes))).rejects.toThrow(message);
  expect(() => readSafetensors(bytes)).toThrow('opening one can run any program');
});

describe('split over files', () => {
  const files: Record<string, Uint8Array> = {
    'model-1.safetensors': writeSafetensors(tensors.slice(0, 2)),
    'model-2.safetensors': writeSafetensors(tensors.slice(2), { note: 'y' }),
  };
  const home = (i: number) => (i < 2 ? 'model-1.safetensors' : 'model-2.safetensors');
  const index = (map: object) => JSON.stringify({ metadata: { total_size: 1 }, weight_map: map });
  const map = Object.fromEntries(tensors.map(([name], i) => [name, home(i)]));
  const opened: string[] = [];
  const open = (name: string) => {
    opened.push(name);
    return openSafetensors(bytesInMemory(files[name]));
  };

  test('is as one', async () => {
    const source = await openSharded(index(map), open);
    expect(await readAll(source)).toEqual(new Map(tensors));
    expect(opened).toEqual(['model-1.safetensors', 'model-2.safetensors']);
    expect(source.metadata).toEqual({ note: 'y' });
  });

  test.each([
    [1, 7],
    [30, 3],
    [1000, 1],
  ])('there and back, bit for bit, in files of %d bytes: %d of them', async (shardBytes, count) => {
    const folder = new Map<string, Uint8Array[]>();
    for await (const { file, bytes } of streamSharded(tensorsInMemory(tensors, { note: 'y' }), { shardBytes })) {
      folder.set(file, [...(folder.get(file) ?? []), bytes]);
    }
    expect(folder.size).toBe(count);
    const bytesOf = async (name: string) =>
      new Uint8Array(await new Blob(folder.get(name) as BlobPart[]).arrayBuffer());
    const openOne = async (name: string) => openSafetensors(bytesInMemory(await bytesOf(name)));
    const source = await (count === 1
      ? openOne('model.safetensors')
      : openSharded(await bytesOf('model.safetensors.index.json'), openOne));
    expect(await readAll(source)).toEqual(new Map(tensors));
    expect(source.metadata).toEqual({ note: 'y' });
  });

  test.each([
    ['a tensor elsewhere', index({ ...map, words: home(3) }), 'Expected "words" in model-2.safetensors'],
    ['a way out', index({ words: '../model-1.safetensors' }), 'files in the same folder'],
    ['a way down', index({ words: 'a/b.safetensors' }), 'files in the same folder'],
    ['an absolute path', index({ words: '/etc/passwd' }), 'files in the same folder'],
    ['a drive', index({ words: 'C:\\x' }), 'files in the same folder'],
    ['a hidden file', index({ words: '.bashrc' }), 'files in the same folder'],
    ['a number', index({ words: 1 }), 'files in the same folder'],
    ['a name twice', '{"weight_map":{"a":"x","a":"y"}}', 'got "a" twice'],
    ['no map', '{}', 'Expected weight_map'],
    ['a list', '[]', 'Expected an object'],
    ['no JSON', '{', 'Expected JSON'],
  ])('%s is refused', async (_, text, message) => {
    await expect(openSharded(text, open)).rejects.toThrow(message);
    await expect(openSharded(text, open)).rejects.toMatchObject({ name: 'FormatError' });
  });
});

function outcome<T>(work: () => Promise<T>): Promise<T | Error> {
  return work().catch((error: Error) => error);
}
