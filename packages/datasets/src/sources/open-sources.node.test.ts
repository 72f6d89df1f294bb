// Names stand for files, folders, globs, standard input and addresses, in an order that stays.
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { fileSource } from './file-source.ts';
import { openSources } from './open-sources.ts';
import { readDocuments } from './read-documents.ts';
import { SourceError } from './source.ts';

let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hornbook-sources-'));
  await mkdir(at('sub/.hidden'), { recursive: true });
  await mkdir(at('none'));
  await mkdir(at('odd'));
  const files = {
    'b.txt': 'bee',
    'a.txt': 'ay',
    'B.txt': 'Bee',
    'sub/c.jsonl': '{"text":"see"}',
    '.hidden.txt': 'no',
    'sub/.hidden/d.txt': 'no',
    'odd/[1].txt': 'odd',
    'odd/1.txt': 'plain',
  };
  for (const [name, content] of Object.entries(files)) await writeFile(at(name), content);
});
afterAll(() => rm(folder, { recursive: true }));

const names = async (...list: string[]) =>
  (await openSources(list.map((name) => (/^http|^-$/.test(name) ? name : at(name))))).map(({ name }) =>
    name.replace(`${folder}/`, ''),
  );

async function texts(...parameters: Parameters<typeof openSources>): Promise<string[]> {
  const found: string[] = [];
  for await (const { text } of readDocuments(await openSources(...parameters))) found.push(text);
  return found;
}

describe('names', () => {
  test('files, in the order given', async () => expect(await names('b.txt', 'a.txt')).toEqual(['b.txt', 'a.txt']));

  test('folders and what is beneath, sorted, hidden files left out', async () => {
    expect(await names('sub', 'odd/')).toEqual(['sub/c.jsonl', 'odd/1.txt', 'odd/[1].txt']);
    expect(await names('.')).toEqual(['B.txt', 'a.txt', 'b.txt', 'odd/1.txt', 'odd/[1].txt', 'sub/c.jsonl']);
  });

  test('globs, unless there is a file of that name', async () => {
    expect(await names('*.txt')).toEqual(['B.txt', 'a.txt', 'b.txt']);
    expect(await names('**/*.{jsonl,csv}')).toEqual(['sub/c.jsonl']);
    expect(await names('odd/[1].txt')).toEqual(['odd/[1].txt']);
    const relativeNames = (await openSources([relative(process.cwd(), at('*.txt'))])).map(({ name }) => name);
    expect(relativeNames).toEqual(['B.txt', 'a.txt', 'b.txt'].map((name) => relative(process.cwd(), at(name))));
  });

  test('files know their size, and when they changed', async () => {
    const [before] = await openSources([at('a.txt')]);
    expect(before.size).toBe(2);
    await writeFile(at('a.txt'), 'AY');
    const [after] = await openSources([at('a.txt')]);
    expect(after.version).not.toBe(before.version);
  });

  test.each([
    [['missing.txt'], 'No such file: '],
    [['*.csv'], 'No file matches '],
    [['none'], 'Expected files in the folder '],
    [['a.txt', '*.txt'], 'Expected every source once, got '],
  ])('%j', async (list, message) => {
    await expect(names(...list)).rejects.toThrow(SourceError);
    await expect(names(...list)).rejects.toThrow(message);
  });

  test('a folder is no file', async () => {
    await expect(fileSource(folder)).rejects.toThrow(`Expected a file, got the folder ${folder}`);
  });

  test.skipIf(process.getuid?.() === 0)('a file that may not be read', async () => {
    await writeFile(at('sub/secret.txt'), 'secret', { mode: 0 });
    onTestFinished(async () => {
      await chmod(at('sub/secret.txt'), 0o600);
      await rm(at('sub/secret.txt'));
    });
    await expect(names('sub/secret.txt')).rejects.toThrow('No permission to read ');
  });
});

test('any part of a file', async () => {
  const source = await fileSource(at('b.txt'));
  const read = async (start?: number, end?: number) => text(source.read(start, end));
  expect([await read(), await read(1), await read(1, 2), await read(2, 2), await read(3)]).toEqual([
    'bee',
    'ee',
    'e',
    '',
    '',
  ]);
});

test('gzip of several members', async () => {
  const path = join(folder, 'odd', 'members.gz');
  await writeFile(path, Buffer.concat(['one\n', 'two\n'].map((part) => gzipSync(part))));
  onTestFinished(() => rm(path));
  expect(await texts([path])).toEqual(['one\ntwo\n']);
});

test('a file that is gone when it is read', async () => {
  await writeFile(at('odd/gone.txt'), 'gone');
  const sources = await openSources([at('odd/gone.txt')]);
  await rm(at('odd/gone.txt'));
  await expect(readDocuments(sources).next()).rejects.toThrow(SourceError);
});

test('a file that has become shorter', async () => {
  await writeFile(at('odd/cut.txt'), 'long enough');
  const sources = await openSources([at('odd/cut.txt')]);
  await writeFile(at('odd/cut.txt'), 'long');
  await expect(readDocuments(sources).next()).rejects.toThrow(/^Expected 11 bytes in .*cut.txt, got 4: it was cut/);
  await rm(at('odd/cut.txt'));
});

test('reading ends when it is aborted', async () => {
  const signal = AbortSignal.abort(new Error('stop'));
  await expect(texts([at('b.txt')], { signal })).rejects.toThrow('stop');
});

test('standard input', async () => {
  const code = `
    import { readDocuments } from '@hornbook/datasets';
    import { openSources } from '@hornbook/datasets/files';
    for await (const { text, source } of readDocuments(await openSources(['-']), { split: 'lines' })) console.log(source, text);
  `;
  const child = spawn(process.execPath, ['--conditions=development', '--input-type=module', '--eval', code], {
    cwd: import.meta.dirname,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end('one\ntwo');
  expect(await text(child.stdout)).toBe('standard input one\nstandard input two\n');
});

test('addresses are downloaded once', async () => {
  const asked: (string | undefined)[] = [];
  const server = createServer(({ url }, response) => {
    asked.push(url);
    if (url !== '/missing.txt') response.end('{"text":"from afar"}\n');
    else {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cache = at('cache');
  const progress: number[] = [];
  const onProgress = (bytes: number) => void progress.push(bytes);
  for (let i = 0; i < 2; i++) {
    const [source] = await openSources([`${host}/a.jsonl?v=1`], { cache, onProgress });
    expect(source).toMatchObject({ name: `${host}/a.jsonl?v=1`, size: 21 });
    expect(await texts([`${host}/a.jsonl?v=1`], { cache })).toEqual(['from afar']);
  }
  expect(asked).toEqual(['/a.jsonl?v=1']);
  expect(progress.at(-1)).toBe(21);
  await expect(openSources([`${host}/missing.txt`], { cache })).rejects.toThrow('404');
  expect(await readdir(cache)).toHaveLength(1);
  await rm(cache, { recursive: true });
});
