// `hornbook data`, as a user runs it: list, fetch, prepare, inspect; killed and begun again.
import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { loadCorpus } from '@hornbook/datasets';
import { beforeAll, describe, expect, test } from 'vitest';
import { execute, hornbook, main, mountSmallDisk, temporaryFolder, tiny } from '../testing/run-hornbook.ts';

const cwd = await temporaryFolder();
const story = await loadCorpus('story');
const mirror = join(cwd, 'mirror');
const env = { HORNBOOK_MIRROR: mirror, HORNBOOK_CACHE: join(cwd, 'cache') };
const book = `*** START OF THE PROJECT GUTENBERG EBOOK X ***\n\n${story}\n*** END OF THE PROJECT GUTENBERG EBOOK X ***\n`;

beforeAll(async () => {
  await mkdir(mirror);
  await writeFile(join(mirror, 'pg84.txt'), book);
  await writeFile(join(cwd, 'book.txt'), story);
  await writeFile(join(cwd, 'long.txt'), `${story}\n\n`.repeat(40));
});

const call = (args: readonly string[], more: NodeJS.ProcessEnv = {}) =>
  hornbook(['data', ...args], { cwd, env: { ...env, ...more } });

async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await call(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

/** One line, without a stack. */
async function expectFailure(args: readonly string[], code: 1 | 2, message: RegExp, more: NodeJS.ProcessEnv = {}) {
  const result = await call(args, more);
  expect(result).toMatchObject({ code, stderr: expect.stringMatching(/^hornbook: .*\n$/) });
  expect(result.stderr).toMatch(message);
}

const bytesOf = async (folder: string) =>
  Object.fromEntries(
    await Promise.all(
      (await readdir(join(cwd, folder)))
        .sort()
        .map(async (name) => [name, await readFile(join(cwd, folder, name), 'hex')] as const),
    ),
  );

describe('list', () => {
  test('every corpus by its name', async () => {
    expect(await run('list')).toMatch(
      /^names {2}.*\n(.*\n)*story {2}.*\n(.*\n)*tiny-shakespeare {2}.*1\.1 MB, to fetch\n/,
    );
    const { corpora } = JSON.parse(await run('list', '--json'));
    expect(corpora.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['names', 'story', 'makemore-names', 'tiny-shakespeare', 'the-verdict']),
    );
  });
});

describe('fetch', () => {
  test('a book, once', async () => {
    const path = join(cwd, 'cache', 'corpora', 'gutenberg-84.txt');
    expect(await run('fetch', 'gutenberg:84')).toBe(`gutenberg:84 is here: ${path}\n`);
    expect(await readFile(path, 'utf8')).toBe(`${story.trimEnd()}\n`);
    expect(await run('fetch', 'gutenberg:84')).toBe(`gutenberg:84 is here already: ${path}\n`);
  });

  test('from a server, into a folder', async () => {
    const server = createServer((_, response) => response.end(book));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const HORNBOOK_MIRROR = `http://127.0.0.1:${(server.address() as AddressInfo).port}/texts`;
    expect(await call(['fetch', 'gutenberg:84', '--out', 'books'], { HORNBOOK_MIRROR })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^Downloading gutenberg:84, .* kB\ngutenberg:84 is here: books.gutenberg-84.txt\n$/,
      ),
    });
    await expectFailure(['fetch', 'the-verdict'], 1, /Expected the-verdict.txt in the mirror .*, got no such file/);
    const wrong = /Expected 20479 bytes at http:.*the-verdict.txt, got \d+: it is not the file that was meant/;
    await expectFailure(['fetch', 'the-verdict'], 1, wrong, { HORNBOOK_MIRROR });
    server.close();
  });

  test('without a network', () =>
    expectFailure(['fetch', 'the-verdict'], 1, /Could not reach 127.0.0.1:1 .* name that folder in HORNBOOK_MIRROR/, {
      HORNBOOK_MIRROR: 'http://127.0.0.1:1',
    }));

  test('to train on', async () => {
    const args = ['train', '--data', 'gutenberg:84', ...tiny.bigram, '--out', 'run'];
    const { code, stdout, stderr } = await hornbook(args, { cwd, env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^bigram of [\d,]+ parameters on gutenberg:84/);
  });

  test('names that are none', async () => {
    await expectFailure(['fetch', 'shakespeare'], 2, /got shakespeare, which is none. See: hornbook data list/);
    await expectFailure(['fetch', 'story'], 2, /got story, which comes along: use its name/);
  });
});

describe('prepare and inspect', () => {
  test('a text, its tokens, and what is in them', async () => {
    const out = await run('prepare', 'book.txt', '-t', 'gpt2', '-o', 'book', '--workers', '1');
    expect(out).toMatch(/^book: gpt2 tokens from 1 source, 1 thread\n/);
    expect(out).toMatch(/\ntrain [\d,]+ tokens of 1 document, uint16\nval {3}[\d,]+ tokens of 1 document, uint16\n/);
    expect(out).toMatch(/\nSaved in book\nLook into it: hornbook data inspect book\n$/);
    expect((await readdir(join(cwd, 'book'))).sort()).toEqual(['train.bin', 'train.json', 'val.bin', 'val.json']);

    const shown = await run('inspect', 'book');
    expect(shown).toMatch(/^book: gpt2 tokens, vocabulary of 50,257, uint16, 2 files, verified\n/);
    expect(shown).toContain('As Far as M\\n');
    const { parts, mostFrequent, warnings, boundary } = JSON.parse(
      await run('inspect', 'book', '--json', '--top', '3'),
    );
    expect(parts.train).toMatchObject({ documents: 1, shortest: parts.train.tokens, copies: 0 });
    expect(boundary).toBe(50256);
    expect(mostFrequent).toHaveLength(3);
    expect(mostFrequent[0].share).toBeCloseTo(mostFrequent[0].count / (parts.train.tokens + parts.val.tokens), 12);
    expect(warnings).toEqual([expect.stringMatching(/^\d+ tokens to judge by are few: a loss on them says little$/)]);
  });

  test('lists of names are documents of their own; what inspect warns of', async () => {
    await run('prepare', 'names', '-t', 'bytes', '-o', 'names');
    const { parts } = JSON.parse(await run('inspect', 'names', '--json'));
    expect(parts.train.documents + parts.val.documents).toBe(4529);
    await writeFile(join(cwd, 'twice.txt'), 'ann\nbob\n\nann\neve\n');
    await run('prepare', 'twice.txt', '-t', 'bytes', '-o', 'twice', '--split', 'lines');
    const { warnings } = JSON.parse(await run('inspect', 'twice', '--json'));
    expect(warnings).toEqual([
      '1 of 4 documents is a copy of an earlier one',
      expect.stringMatching(/^\d tokens to judge by are few/),
      'Passed over in the sources, without text: 1',
    ]);
  });

  test('a tokenizer of one’s own, with unknown tokens', async () => {
    const train = [
      'tokenizer',
      'train',
      'names',
      '--kind',
      'wordpiece',
      '-n',
      '80',
      '--special',
      '[SEP]',
      '-o',
      'own.json',
    ];
    expect(await hornbook(train, { cwd })).toMatchObject({ code: 0 });
    await writeFile(join(cwd, 'other.txt'), 'ann\nbob\n東京\n');
    await run('prepare', 'other.txt', '-t', 'own.json', '-o', 'own', '--split', 'lines', '--validation', '0');
    const { warnings, tokenizer } = JSON.parse(await run('inspect', 'own', '--json'));
    expect(tokenizer).toBe('wordpiece');
    expect(warnings).toEqual([
      'Nothing is kept to judge by: prepare it with --validation 0.1',
      expect.stringMatching(/^1 of \d+ tokens is unknown to the tokenizer/),
    ]);
  });

  test('from standard input, and JSON Lines with a header of llm.c', async () => {
    const lines = Array.from({ length: 40 }, (_, i) => JSON.stringify({ content: `text ${i}` })).join('\n');
    const args = ['data', 'prepare', '-', '-t', 'gpt2', '-o', 'piped', '--format', 'jsonl', '--field', 'content'];
    const { code, stdout } = await hornbook([...args, '--header', 'llm.c', '--validation', '0.3'], {
      cwd,
      input: lines,
    });
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/ tokens of \d+ documents, uint16/),
    });
    const bytes = await readFile(join(cwd, 'piped', 'train.bin'));
    expect(bytes.readInt32LE(0)).toBe(20240520);
    expect(bytes.length).toBe(1024 + 2 * bytes.readInt32LE(8));
  });

  test('shards, numbered by hand and by schedulers', async () => {
    const args = ['prepare', 'names', '-t', 'bytes', '-o', 'sharded'];
    await run(...args, '--shard', '1/3');
    const slurm = { SLURM_ARRAY_TASK_ID: '1', SLURM_ARRAY_TASK_MIN: '0', SLURM_ARRAY_TASK_COUNT: '3' };
    expect(await call([...args, '--shard'], slurm)).toMatchObject({ code: 0, stderr: '' });
    await expectFailure(['inspect', 'sharded'], 1, /train-3-of-3 is missing: prepare it with --shard 3\/3/);
    expect(await call([...args, '--shard', '/3'], { JOB_COMPLETION_INDEX: '2' })).toMatchObject({ code: 0 });
    const { parts } = JSON.parse(await run('inspect', 'sharded', '--json'));
    expect(parts.train.documents + parts.val.documents).toBe(4529);
    await expectFailure([...args, '--shard', '0/3'], 2, /Expected a shard from 1\/3 to 3\/3, got 0\/3/);
  });

  test('twice is once', async () => {
    await run('prepare', 'story', '-t', 'bytes', '-o', 'again');
    const before = await bytesOf('again');
    expect(await run('prepare', 'story', '-t', 'bytes', '-o', 'again')).toContain('All of it was here already\n');
    await expectFailure(['prepare', 'story', '-t', 'gpt2', '-o', 'again'], 1, /made with another tokenizer: choose/);
    expect(await bytesOf('again')).toEqual(before);
  });
});

describe('interrupted', () => {
  const args = ['prepare', 'long.txt', '-t', 'gpt2', '--split', 'paragraphs', '--workers', '2'];
  beforeAll(async () => {
    await run(...args, '-o', 'whole');
  });

  /** True if it came to its end before the kill. */
  function killed(out: string, after: number): Promise<boolean> {
    const child = spawn(process.execPath, [main, 'data', ...args, '-o', out], { cwd, stdio: 'ignore' });
    const timer = setTimeout(() => child.kill('SIGKILL'), after);
    return new Promise((resolve) => {
      child.on('exit', (code) => {
        clearTimeout(timer);
        resolve(code === 0);
      });
    });
  }

  test('by SIGKILL at random moments, it comes to the same bytes', async () => {
    for (let kills = 0; kills < 4; ) {
      if (!(await killed('killed', 200 + 1500 * Math.random()))) kills++;
    }
    await run(...args, '-o', 'killed');
    expect(await bytesOf('killed')).toEqual(await bytesOf('whole'));
  });

  test('by Ctrl-C, it says how to go on, and does', async () => {
    const { code, stdout } = await hornbook(['data', ...args, '-o', 'stopped'], { cwd, signal: 'SIGINT' });
    expect({ code, stdout }).toEqual({ code: 130, stdout: expect.stringMatching(/Stopped. The same command goes on/) });
    expect(await readdir(join(cwd, 'stopped')).catch(() => [])).not.toContain('train.bin');
    await run(...args, '-o', 'stopped');
    expect(await bytesOf('stopped')).toEqual(await bytesOf('whole'));
  });
});

const disk = join(cwd, 'disk');
const mounted = await mountSmallDisk(disk, '256k');
if (!mounted) console.warn('SKIPPED: preparing on a full disk. Needs the right to mount a tmpfs.');

describe.skipIf(process.platform !== 'linux')('Linux: places without room', () => {
  test('a file larger than allowed: nothing is lost, and it goes on where larger ones are', async () => {
    const script = `trap '' XFSZ; ulimit -f 8; exec "$0" "$@"`;
    const args = ['data', 'prepare', 'book.txt', '-t', 'bytes', '-o', 'limited'];
    const { code, stderr } = await execute('bash', ['-c', script, process.execPath, main, ...args], { cwd });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^hornbook: .*larger than allowed here.*\n$/),
    });
    expect(await readdir(join(cwd, 'limited'))).toEqual(['.prepare']);
    await run('prepare', 'book.txt', '-t', 'bytes', '-o', 'limited');
    expect(await readdir(join(cwd, 'limited'))).toHaveLength(4);
  });

  test.skipIf(!mounted)('a disk that is full', async () => {
    await expectFailure(
      ['prepare', 'long.txt', '-t', 'bytes', '-o', 'disk/long'],
      1,
      /the disk is full. Free some space/,
    );
    expect(await readdir(join(disk, 'long'))).toEqual(['.prepare']);
    await rm(join(disk, 'long'), { recursive: true });
    await writeFile(join(disk, 'other'), new Uint8Array(240_000));
    await expectFailure(
      ['fetch', 'gutenberg:84', '--out', 'disk/books'],
      1,
      /Could not keep gutenberg:84 in disk.books: ENOSPC/,
    );
    expect(await readdir(join(disk, 'books'))).toEqual([]);
  });
});

describe('what is wrong is said in one line, and leaves nothing', () => {
  test('sources', async () => {
    await writeFile(join(cwd, 'binary.txt'), Uint8Array.of(1, 255, 2));
    await writeFile(join(cwd, 'empty.txt'), '\n');
    const prepare = (...rest: string[]) => ['prepare', ...rest, '-t', 'bytes', '-o', 'wrong'];
    await expectFailure(prepare('nowhere.txt'), 1, /No such file: nowhere.txt/);
    await expectFailure(prepare('binary.txt'), 1, /Expected UTF-8 in binary.txt, got the byte 0xff at byte 1/);
    await expectFailure(prepare('empty.txt'), 1, /Expected at least 1 document, got none in empty.txt/);
    await expectFailure(prepare('book.txt', '--shard', '2/3'), 1, /at least 3 documents for 3 shards, got 1/);
    await expectFailure(prepare('*.nothing'), 1, /No file matches/);
    await expectFailure(prepare('book.txt', '*.txt'), 1, /Expected every source once, got book.txt twice/);
    expect(await readdir(cwd)).not.toContain('wrong');
  });

  test('options', async () => {
    const prepare = (...rest: string[]) => ['prepare', 'book.txt', '-o', 'wrong', ...rest];
    await expectFailure(prepare(), 2, /required option '-t, --tokenizer/);
    await expectFailure(prepare('-t', 'nowhere.json'), 1, /No such tokenizer: nowhere.json/);
    await expectFailure(prepare('-t', 'bytes', '--validation', '1'), 2, /at least 0 and below 1/);
    await expectFailure(prepare('-t', 'bytes', '--workers', '0'), 2, /at least 1/);
    await expectFailure(prepare('-t', 'bytes', '--split', ''), 2, /Expected file, lines, paragraphs, or/);
    expect(await readdir(cwd)).not.toContain('wrong');
  });

  test('folders to inspect', async () => {
    await expectFailure(['inspect', 'nowhere'], 1, /No such folder or token file: nowhere/);
    await expectFailure(['inspect', 'mirror'], 1, /Expected one prepared dataset in mirror, got none/);
    await run('prepare', 'story', '-t', 'bytes', '-o', 'damaged');
    const path = join(cwd, 'damaged', 'val.bin');
    const bytes = await readFile(path);
    await writeFile(path, bytes.with(0, bytes[0] ^ 1));
    await expectFailure(['inspect', 'damaged'], 1, /Expected .*val.bin to have the sha256 .*: it was changed/);
    await writeFile(path, bytes.subarray(2));
    await expectFailure(['inspect', 'damaged'], 1, /it was cut short. Prepare it again/);
  });
});
