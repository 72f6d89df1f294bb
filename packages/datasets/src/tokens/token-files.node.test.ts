// Token files on disk: what was written is what is read, and what does not fit is refused.
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualSeed } from '@hornbook/random';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { collate } from '../collate.ts';
import { loader } from '../loader.ts';
import { randomWindows } from '../random-windows.ts';
import { windows } from '../windows.ts';
import { openForeignTokens, openTokens, verifyTokens } from './token-file.ts';
import { type WriteTokensOptions, writeTokens } from './write-tokens.ts';

const folder = await mkdtemp(join(tmpdir(), 'hornbook-tokens-'));
afterAll(() => rm(folder, { recursive: true }));
const path = join(folder, 'train.bin');
beforeEach(async () => {
  for (const name of await readdir(folder)) await rm(join(folder, name));
});

const ids = Int32Array.from({ length: 5000 }, (_, i) => (i * 7919) % 50_000);
const tokenizer = { vocabSize: 50_257, toJSON: () => ({ kind: 'gpt2' }) };
const write = (options: Partial<WriteTokensOptions> = {}, documents = [ids]) =>
  writeTokens(path, documents, { tokenizer, ...options });

describe('what was written is read', () => {
  test.each([
    ['uint16', 'none', 10_000],
    ['uint16', 'llm.c', 11_024],
    ['uint32', 'none', 20_000],
    ['uint32', 'llm.c', 21_024],
  ] as const)('%s, header %s', async (dtype, header, size) => {
    const info = await write({ dtype, header });
    expect((await readFile(path)).length).toBe(size);
    expect(info).toMatchObject({ dtype, header, tokens: 5000, documents: 1 });
    const tokens = openTokens(path);
    expect(tokens.info).toEqual(info);
    expect(tokens.length).toBe(5000);
    expect(tokens.subarray(0, 5000)).toEqual(ids);
    expect(tokens.subarray(4990, 5000)).toEqual(ids.slice(4990));
    expect(tokens.subarray(7, 7)).toEqual(new Int32Array(0));
    for (const [begin, end] of [
      [-1, 3],
      [4999, 5001],
      [3, 2],
    ]) {
      expect(() => tokens.subarray(begin, end)).toThrow(`Expected a stretch of the 5000 tokens in ${path}`);
    }
    tokens.close();
    await verifyTokens(path);
    const foreign = openForeignTokens(path, { dtype, header });
    expect(foreign.subarray(0, foreign.length)).toEqual(ids);
    foreign.close();
    expect((await readdir(folder)).sort()).toEqual(['train.bin', 'train.json']);
  });

  test('the bytes of nanoGPT, and of llm.c', async () => {
    await write({}, [Int32Array.of(1, 2), Int32Array.of(50_256)]);
    expect(await readFile(path, 'hex')).toBe('0100020050c4');
    await write({ header: 'llm.c', boundary: 0 }, [Int32Array.of(1, 2), Int32Array.of(3)]);
    const bytes = await readFile(path);
    expect(new Int32Array(new Uint8Array(bytes.subarray(0, 16)).buffer)).toEqual(Int32Array.of(20240520, 1, 5, 0));
    expect(bytes.subarray(1024).toString('hex')).toBe('01000200000003000000');
  });

  test('uint32 for larger vocabularies', async () => {
    const large = { vocabSize: 100_000, toJSON: () => ({}) };
    expect(await write({ tokenizer: large }, [Int32Array.of(99_999)])).toMatchObject({ dtype: 'uint32' });
    expect(openTokens(path).subarray(0, 1)).toEqual(Int32Array.of(99_999));
  });

  test('batches from a file are those from memory', async () => {
    await write();
    const tokens = openTokens(path);
    const [fromFile, fromMemory] = [tokens, ids].map((stream) => [
      ...loader(windows(stream, { contextLength: 32, stride: 7 }), {
        batchSize: 5,
        shuffle: true,
        generator: manualSeed(3),
      }),
    ]);
    expect(fromFile).toEqual(fromMemory);
    const first = [tokens, ids].map((stream) => {
      const [batch] = randomWindows(stream, { batchSize: 4, contextLength: 100, generator: manualSeed(1) });
      return batch;
    });
    expect(first[0]).toEqual(first[1]);
    const examples = windows(tokens, { contextLength: 32 });
    const indices = [3, 155, 0, 3];
    expect(examples.batch(indices)).toEqual(collate(indices.map((index) => examples.at(index))));
    expect(windows(ids, { contextLength: 32 }).batch(indices)).toEqual(examples.batch(indices));
    expect(() => examples.batch([156])).toThrow('Expected an index from 0 to 155, got 156');
    tokens.close();
  });
});

describe('what does not fit is refused', () => {
  test('ids above the width, and below zero', async () => {
    await expect(write({}, [Int32Array.of(1, 65_536)])).rejects.toThrow(
      'Expected ids from 0 to 65535 in uint16, got 65536; write them as uint32',
    );
    await expect(write({ dtype: 'uint32' }, [Int32Array.of(-1)])).rejects.toThrow('got -1');
    expect(await readdir(folder)).toEqual([]);
  });

  test('what was there stays there', async () => {
    await write();
    const before = await readFile(path);
    await expect(write({}, [Int32Array.of(-1)])).rejects.toThrow(RangeError);
    expect(await readFile(path)).toEqual(before);
    expect((await readdir(folder)).sort()).toEqual(['train.bin', 'train.json']);
  });

  test('no file, no description', async () => {
    expect(() => openTokens(path)).toThrow(`No such token file: ${path}`);
    await writeFile(path, 'tokens');
    expect(() => openTokens(path)).toThrow(/Expected .*train.json beside .*train.bin, which says what is in it/);
    await rm(path);
    await write();
    await rm(path);
    expect(() => openTokens(path)).toThrow(/No such token file: .*train.bin, of which .*train.json tells/);
  });

  test('a file that was cut short, or is longer', async () => {
    await write();
    await truncate(path, 9998);
    expect(() => openTokens(path)).toThrow(/Expected 10000 bytes in .*, as .* says, got 9998: it was cut short/);
    await writeFile(path, new Uint8Array(10_002));
    expect(() => openTokens(path)).toThrow('got 10002: something was added to it');
    await writeFile(path, new Uint8Array(9999));
    expect(() => openForeignTokens(path, { dtype: 'uint16', header: 'none' })).toThrow(
      'Expected a whole number of tokens',
    );
  });

  test('a file that was changed', async () => {
    await write();
    await writeFile(path, new Uint8Array(10_000));
    openTokens(path).close(); // only reading it all tells
    await expect(verifyTokens(path)).rejects.toThrow(/Expected .* to have the sha256 .*: it was changed/);
  });

  test('a file that is cut short while it is open', async () => {
    await write();
    const tokens = openTokens(path);
    await truncate(path, 5000);
    expect(tokens.subarray(0, 2500)).toEqual(ids.slice(0, 2500));
    expect(() => tokens.subarray(2400, 2600)).toThrow('it was cut short meanwhile');
    tokens.close();
  });

  test('another header', async () => {
    await write({ header: 'llm.c' });
    const bytes = await readFile(path);
    await writeFile(path, bytes.fill(1, 8, 9));
    expect(() => openTokens(path)).toThrow('Expected a header of llm.c for 5000 tokens of uint16');
    await writeFile(path, bytes.fill(0, 0, 1024));
    expect(() => openTokens(path)).toThrow(/in .*train.bin, got none/);
  });

  test.each([
    ['', 'Expected JSON in'],
    ['{"format": "hornbook-tok', 'Expected JSON in'],
    ['[]', 'got other JSON'],
    ['null', 'got other JSON'],
    ['{"format": "hornbook-tokens", "version": 2}', 'Expected version 1 in'],
    ['{"format": "hornbook-tokens", "version": 1}', 'Expected "dtype" in'],
  ])('the description %j', async (text, message) => {
    await write();
    await writeFile(join(folder, 'train.json'), text);
    expect(() => openTokens(path)).toThrow(message);
    expect(() => openTokens(path)).toThrow(expect.objectContaining({ name: 'TokenFileError' }));
  });

  test.each([
    ['dtype', 'float32', 'uint16 or uint32'],
    ['header', 'nanoGPT', 'none or llm.c'],
    ['tokens', -1, 'a whole number'],
    ['tokens', 4999, 'got 10000: something was added to it'],
    ['sha256', 'abc', '64 hexadecimal digits'],
    ['boundary', 'end', 'an id'],
    ['tokenizer', 'gpt2', 'a tokenizer'],
    ['shard', { index: 3, count: 2 }, 'an index and a count'],
  ])('a description with the %s %j', async (field, value, message) => {
    await write();
    const info = JSON.parse(await readFile(join(folder, 'train.json'), 'utf8'));
    await writeFile(join(folder, 'train.json'), JSON.stringify({ ...info, [field]: value }));
    expect(() => openTokens(path)).toThrow(message);
  });
});
