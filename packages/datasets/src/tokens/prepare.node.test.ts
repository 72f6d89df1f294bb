// Preparation: what comes out, however often it is interrupted, and what is refused.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytes } from '@hornbook/tokenizers';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { openSources } from '../sources/open-sources.ts';
import { openDataset } from './open-dataset.ts';
import type { PrepareOptions } from './preparation.ts';
import { prepareTokens } from './prepare.ts';

const parent = await mkdtemp(join(tmpdir(), 'hornbook-prepare-'));
afterAll(() => rm(parent, { recursive: true }));
const texts = join(parent, 'texts');
let folder = '';
let count = 0;
beforeEach(() => {
  folder = join(parent, `prepared-${count++}`);
});

const tokenizer = bytes();
const boundary = 10;
const encode = async (list: readonly string[]) => list.map((text) => tokenizer.encode(text));

/** `line 0`, `line 1`, … in two files, with blank lines between. */
const lines = Array.from({ length: 300 }, (_, i) => `line ${i}`);
await mkdir(texts);
await writeFile(join(texts, 'a.txt'), lines.slice(0, 120).join('\n\n'));
await writeFile(join(texts, 'b.txt'), `${lines.slice(120).join('\n')}\n`);

async function prepare(options: Partial<PrepareOptions> & { readonly names?: readonly string[] } = {}) {
  const sources = options.sources ?? (await openSources(options.names ?? [texts]));
  return prepareTokens({ folder, tokenizer, boundary, encode, reading: { split: 'lines' }, ...options, sources });
}

/** The documents of the files in a folder. */
async function documentsIn(part: 'train' | 'val', place = folder): Promise<string[]> {
  const names = (await readdir(place)).filter((name) => name.startsWith(part) && name.endsWith('.bin')).sort();
  const streams = await Promise.all(names.map((name) => readFile(join(place, name))));
  const text = streams.map((stream) => String.fromCharCode(...new Uint16Array(new Uint8Array(stream).buffer))).join('');
  return text.split('\n').slice(0, -1);
}

const filesIn = async (place: string) =>
  Object.fromEntries(
    await Promise.all(
      (await readdir(place)).sort().map(async (name) => [name, await readFile(join(place, name), 'hex')] as const),
    ),
  );

describe('what comes out', () => {
  test('every document once, in order, on one side', async () => {
    const { files, found } = await prepare();
    expect(found).toBe('nothing');
    expect((await readdir(folder)).sort()).toEqual(['train.bin', 'train.json', 'val.bin', 'val.json']);
    const [train, val] = [await documentsIn('train'), await documentsIn('val')];
    expect(val.length).toBe(30);
    const place = (line: string) => Number(line.slice(5));
    expect([...train, ...val].sort((a, b) => place(a) - place(b))).toEqual(lines);
    for (const part of [train, val]) expect(part).toEqual(part.toSorted((a, b) => place(a) - place(b)));
    expect(files.get('train')).toMatchObject({ documents: 270, skipped: 119, boundary: 10, dtype: 'uint16' });
    expect(files.get('val')).toMatchObject({ documents: 30, tokens: val.join('\n').length + 1 });
  });

  test('the same text is always on the same side', async () => {
    await writeFile(join(parent, 'twice.txt'), `${lines.join('\n')}\n${lines.toReversed().join('\n')}`);
    await prepare({ names: [join(parent, 'twice.txt')] });
    const [train, val] = [await documentsIn('train'), await documentsIn('val')];
    expect(train.length + val.length).toBe(600);
    expect(val.filter((line) => train.includes(line))).toEqual([]);
  });

  test('a single document is cut once, as nanoGPT cuts it', async () => {
    const text = 'abcdefghi😀klmnopqrst';
    await writeFile(join(parent, 'one.txt'), text);
    await prepare({ names: [join(parent, 'one.txt')], reading: {}, validation: 0.5 });
    const { train, val, close } = openDataset(folder);
    expect(tokenizer.decode(train.subarray(0, train.length))).toBe('abcdefghi😀');
    expect(tokenizer.decode(val?.subarray(0, val.length) ?? [])).toBe('klmnopqrst\n');
    close();
  });

  test('two files: one to train on, one to judge by', async () => {
    await prepare({ reading: {} });
    expect(openDataset(folder).files.map(({ info }) => info.documents)).toEqual([1, 1]);
  });

  test('a document longer than a part comes whole', async () => {
    const long = Array.from({ length: 300_000 }, (_, i) => `line ${i}`).join('\n');
    await writeFile(join(parent, 'long.txt'), long);
    await prepare({ names: [join(parent, 'long.txt')], reading: {}, validation: 0 });
    const { train, val, close } = openDataset(folder);
    expect(val).toBeUndefined();
    expect(tokenizer.decode(train.subarray(0, train.length))).toBe(`${long}\n`);
    close();
  });

  test('called again, it does nothing', async () => {
    await prepare();
    const before = await filesIn(folder);
    const refuse = () => Promise.reject(new Error('encoded again'));
    expect((await prepare({ encode: refuse })).found).toBe('all');
    expect(await filesIn(folder)).toEqual(before);
  });

  test('progress rises to the end', async () => {
    const seen: number[] = [];
    let total = 0;
    await prepare({
      onProgress(progress) {
        seen.push(progress.bytes);
        total = progress.total ?? 0;
      },
    });
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(total);
  });
});

describe('shards', () => {
  test.each([2, 3, 7])('%i of them are the whole', async (shards) => {
    for (let index = 1; index <= shards; index++) await prepare({ shard: { index, count: shards } });
    const { train, val, files, close } = openDataset(folder);
    expect(files.length).toBe(2 * shards);
    const decode = (stream = train) => tokenizer.decode(stream.subarray(0, stream.length)).split('\n').slice(0, -1);
    expect([...decode(), ...decode(val)].sort()).toEqual(lines.toSorted());
    expect(await documentsIn('train')).toEqual(decode());
    close();
  });

  test('sources are not read by shards that have others', async () => {
    const sources = (await openSources([texts])).map((source, i) => ({
      ...source,
      read: i === 0 ? source.read : () => Promise.reject(new Error('read')) as never,
    }));
    await prepare({ sources, shard: { index: 1, count: 2 } });
    expect((await documentsIn('train')).length + (await documentsIn('val')).length).toBe(120);
  });

  test('more than documents', async () => {
    await writeFile(join(parent, 'few.txt'), 'a\nb\nc');
    const names = [join(parent, 'few.txt')];
    await expect(prepare({ names, shard: { index: 2, count: 4 } })).rejects.toThrow(
      'Expected at least 4 documents for 4 shards, got 3: make fewer shards',
    );
    expect(await readdir(parent)).not.toContain(folder.split('/').at(-1));
  });

  test('a shard that is missing, and one that was made otherwise', async () => {
    await prepare({ shard: { index: 1, count: 2 } });
    expect(() => openDataset(folder)).toThrow('train-2-of-2 is missing: prepare it with --shard 2/2');
    await prepare({ shard: { index: 2, count: 2 }, validation: 0.2 });
    expect(() => openDataset(folder)).toThrow('has another validation than');
    await expect(prepare({ shard: { index: 1, count: 3 } })).rejects.toThrow('Expected no other dataset in');
  });
});

describe('interrupted', () => {
  const reading = { split: 'lines' } as const;

  /** Ends the n-th call of `encode` as an abort or a broken disk would. */
  function breaking(after: number): Partial<PrepareOptions> {
    const controller = new AbortController();
    let calls = 0;
    return {
      signal: controller.signal,
      encode: async (list) => {
        if (calls++ === after) controller.abort(new Error('interrupted'));
        controller.signal.throwIfAborted();
        return list.map((text) => tokenizer.encode(text));
      },
    };
  }

  test('at every chunk, it comes to the same end', async () => {
    const long = Array.from({ length: 20_000 }, (_, i) => `some line of the number ${i}`).join('\n');
    await writeFile(join(parent, 'many.txt'), `${long}\n\n \n`);
    const names = [join(parent, 'many.txt'), texts];
    await prepare({ names, reading });
    const expected = await filesIn(folder);
    let interruptions = 0;
    folder = join(parent, 'broken');
    for (let after = 0; ; after = 1) {
      const error = await prepare({ names, reading, ...breaking(after), atOnce: 1 }).catch((error: Error) => error);
      if (!(error instanceof Error)) break;
      expect(error.message).toBe('interrupted');
      expect(await readdir(folder)).toEqual(['.prepare']);
      expect(() => openDataset(folder)).toThrow('got one that is being made');
      interruptions++;
    }
    expect(interruptions).toBeGreaterThan(5);
    expect(await filesIn(folder)).toEqual(expected);
  });

  test('in the middle of a long document, with words that the parts do not cut', async () => {
    const long = Array.from({ length: 200_000 }, (_, i) => `line ${i} of one long document`).join('\n');
    await writeFile(join(parent, 'book.txt'), long);
    const names = [join(parent, 'book.txt')];
    await prepare({ names, reading: {}, validation: 0.25 });
    const expected = await filesIn(folder);
    folder = join(parent, 'broken-book');
    for (const after of [0, 1, 2, 1]) {
      await expect(prepare({ names, reading: {}, validation: 0.25, ...breaking(after), atOnce: 1 })).rejects.toThrow();
    }
    expect((await prepare({ names, reading: {}, validation: 0.25 })).found).toBe('part');
    expect(await filesIn(folder)).toEqual(expected);
  });

  test('a source that has changed since', async () => {
    const path = join(parent, 'changing.txt');
    await writeFile(path, lines.join('\n'));
    await expect(prepare({ names: [path], ...breaking(0) })).rejects.toThrow('interrupted');
    const before = new Date(0);
    await utimes(path, before, before);
    await expect(prepare({ names: [path] })).rejects.toThrow(
      `${path} was changed since its preparation began: put it back, or delete ${join(folder, '.prepare')}`,
    );
    expect(await readdir(folder)).toEqual(['.prepare']);
    await rm(folder, { recursive: true });
    await prepare({ names: [path] });
    await utimes(path, new Date(1e12), new Date(1e12));
    await expect(prepare({ names: [path] })).rejects.toThrow(`made of ${path} before that was changed: choose another`);
  });

  test('gone on with otherwise', async () => {
    await expect(prepare(breaking(0))).rejects.toThrow('interrupted');
    await expect(prepare({ validation: 0.2 })).rejects.toThrow(
      'has another share for validation: run the same command',
    );
    await expect(prepare({ boundary: 0 })).rejects.toThrow('has another boundary');
    await expect(prepare({ names: [join(texts, 'a.txt')] })).rejects.toThrow('has another list of sources');
    expect((await prepare()).found).toBe('part');
  });

  test('by two processes at once', async () => {
    const other = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)']);
    await once(other, 'spawn');
    const stat = await readFile(`/proc/${other.pid}/stat`, 'utf8').catch(() => undefined);
    const start = stat?.split(' ')[21] ?? 'unknown';
    const lock = join(folder, '.prepare', 'lock');
    await mkdir(join(folder, '.prepare'), { recursive: true });
    await writeFile(lock, `${other.pid} ${start} ${hostname()}`);
    await expect(prepare()).rejects.toThrow(`but process ${other.pid} is at work there`);
    expect(await readdir(folder)).toEqual(['.prepare']);
    other.kill();
    await once(other, 'exit');
    await prepare();
  });

  test.each([
    ['another machine', (pid: number) => `${pid} unknown elsewhere`],
    ['a process that had this number before', (pid: number) => `${pid} 1 ${hostname()}`],
    ['a moment before it said whose it is', () => ''],
  ])('a lock of %s', async (_, lock) => {
    await mkdir(join(folder, '.prepare'), { recursive: true });
    await writeFile(join(folder, '.prepare', 'lock'), lock(process.ppid));
    expect((await prepare()).found).toBe('nothing');
  });
});

describe('refused, with nothing left behind', () => {
  const left = async () => (await readdir(parent)).filter((name) => name === folder.split('/').at(-1));

  test('what is no text', async () => {
    await writeFile(join(parent, 'binary.txt'), Uint8Array.of(97, 10, 255, 98));
    await expect(prepare({ names: [texts, join(parent, 'binary.txt')] })).rejects.toMatchObject({
      name: 'SourceError',
    });
    expect(await left()).toEqual([]);
  });

  test('empty files alone', async () => {
    await writeFile(join(parent, 'empty.txt'), '\n \n');
    await expect(prepare({ names: [join(parent, 'empty.txt')] })).rejects.toThrow(
      'Expected at least 1 document, got none',
    );
    expect(await left()).toEqual([]);
  });

  test('a text that the tokenizer refuses', async () => {
    const refuse = () => Promise.reject(new RangeError('not in the vocabulary'));
    await expect(prepare({ encode: refuse })).rejects.toThrow('not in the vocabulary');
    expect(await left()).toEqual([]);
  });

  test('ids above the width', async () => {
    const wide = async (list: readonly string[]) => list.map(() => Int32Array.of(70_000));
    await expect(prepare({ encode: wide })).rejects.toThrow('Expected ids from 0 to 65535 in uint16, got 70000');
    expect(await left()).toEqual([]);
  });

  test('copies of one document', async () => {
    await writeFile(join(parent, 'copies.txt'), 'the same\n'.repeat(20));
    await expect(prepare({ names: [join(parent, 'copies.txt')] })).rejects.toThrow(
      'Expected at least 2 different documents, one of them to judge by, got 20 alike',
    );
    expect(await left()).toEqual([]);
  });

  test('options out of their range', async () => {
    await expect(prepare({ validation: 1 })).rejects.toThrow('Expected a share of at least 0 and below 1');
    await expect(prepare({ shard: { index: 0, count: 2 } })).rejects.toThrow('Expected a shard from 1 to 2, got 0');
  });
});

describe('a folder that holds something else stays as it is', () => {
  test('tokens of another program', async () => {
    await mkdir(folder);
    await writeFile(join(folder, 'train.bin'), 'tokens');
    await expect(prepare()).rejects.toThrow(`Expected no other dataset in ${folder}, got train.bin`);
    expect(await filesIn(folder)).toEqual({ 'train.bin': Buffer.from('tokens').toString('hex') });
  });

  test('a dataset that was made otherwise', async () => {
    await prepare();
    const before = await filesIn(folder);
    await expect(prepare({ validation: 0.2 })).rejects.toThrow('train.bin, made with another share for validation');
    await expect(prepare({ validation: 0 })).rejects.toThrow('got val.bin');
    await expect(prepare({ shard: { index: 1, count: 2 } })).rejects.toThrow('got train.bin');
    expect(await filesIn(folder)).toEqual(before);
  });

  test('a file where the folder should be', async () => {
    await writeFile(folder, '');
    await expect(prepare()).rejects.toThrow(`Could not write to ${folder}: a file is in the way`);
  });
});
