// `hornbook tokenizer`, as a user runs it: learn a tokenizer, use it, look into it, convert it, train a model with it.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadCorpus } from '@hornbook/datasets';
import { encoding } from '@hornbook/tokenizers';
import { beforeAll, describe, expect, test } from 'vitest';
import { hornbook, temporaryFolder, tiny } from '../testing/run-hornbook.ts';

const cwd = await temporaryFolder();
const story = await loadCorpus('story');

async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await hornbook(['tokenizer', ...args], { cwd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

beforeAll(async () => {
  await writeFile(join(cwd, 'book.txt'), story);
  await run('train', 'book.txt', '--vocab-size', '400', '--special', '<|endoftext|>', '--out', 'book.json');
});

describe('train', () => {
  test('reports in lines where there is no terminal, and saves the file alone', async () => {
    const out = await run('train', 'book.txt', '-n', '300', '-o', 'deep/er/small.json');
    expect(out).toMatch(/^bpe of 300 tokens from book.txt\nread [\d.]+ kB of [\d.]+ kB\n/);
    expect(out).toMatch(/\nmerge 44 of 44\n\n300 tokens from [\d.]+ kB in \d+s\nSaved in deep\/er\/small.json\n/);
    expect(out).toContain('Look into it: hornbook tokenizer inspect deep/er/small.json');
    expect(out).not.toContain('\r');
    expect(await readdir(join(cwd, 'deep/er'))).toEqual(['small.json']);
  });

  test('the same texts give the same file, from a file, a corpus or standard input', async () => {
    const args = ['tokenizer', 'train', '-n', '300'];
    for (const [name, input] of [['book.txt'], ['story'], ['-', story]] as const) {
      const out = `same-${name}.json`;
      expect(await hornbook([...args, name, '-o', out], { cwd, input })).toMatchObject({ code: 0, stderr: '' });
      expect(await readFile(join(cwd, out))).toEqual(await readFile(join(cwd, 'same-book.txt.json')));
    }
  });

  test.each([
    ['wordpiece', '[UNK]'],
    ['unigram', '<unk>'],
  ])('%s', async (kind, unknown) => {
    await run('train', 'story', 'book.txt', '--kind', kind, '-n', '500', '-o', `${kind}.json`);
    const { model } = JSON.parse(await readFile(join(cwd, `${kind}.json`), 'utf8'));
    expect(model.type.toLowerCase()).toBe(kind);
    const shown = JSON.parse(await run('inspect', `${kind}.json`, '--json'));
    expect(shown).toMatchObject({ kind, mergeCount: 0, merges: [] });
    expect(shown.vocabSize).toBeLessThanOrEqual(500);
    expect(Object.keys(shown.specials)).toContain(unknown);
    const ids = await run('encode', '-t', `${kind}.json`, '--text', 'the house');
    expect(await run('decode', '-t', `${kind}.json`, ...ids.trim().split(' '))).toBe('the house');
  });

  test('options reach the training', async () => {
    const args = ['train', 'book.txt', '-n', '100000', '-o', 'frequent.json', '--min-frequency', '20'];
    expect(await run(...args, '--pattern', '/\\p{L}+/')).toMatch(/\n\d{3} tokens from .*: these texts have no more\n/);
    const { merges } = JSON.parse(await run('inspect', 'frequent.json', '--json', '--merges', '1000'));
    expect(merges.length).toBeGreaterThan(50);
    for (const [left, right] of merges) expect(left + right).toMatch(/^(\p{L}+|\P{L}+|.*<0x.*)$/u);
  });

  test('Ctrl-C stops it without a trace', async () => {
    const before = await readdir(cwd);
    await writeFile(join(cwd, 'long.txt'), story.repeat(1 + 3e7 / story.length));
    const args = ['tokenizer', 'train', 'long.txt', '-n', '50000', '-o', 'stopped.json'];
    const { code, stdout, stderr } = await hornbook(args, { cwd, signal: 'SIGINT' });
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
    expect(stdout).toMatch(/\nStopped. Nothing was saved\n$/);
    expect(await readdir(cwd)).toEqual([...before, 'long.txt'].sort());
  });
});

describe('encode and decode', () => {
  test.each(['gpt2', 'bytes', 'book.json'])('%s: a text and back, through a pipe', async (name) => {
    const text = `  Hello, wörld 😀\n\n${story.slice(0, 500)}<|endoftext|>\n`;
    const encoded = await hornbook(['tokenizer', 'encode', '-t', name], { cwd, input: text });
    expect(encoded).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^\d+( \d+)*\n$/) });
    const decoded = await hornbook(['tokenizer', 'decode', '-t', name], { cwd, input: encoded.stdout });
    expect(decoded).toEqual({ code: 0, stderr: '', stdout: text });
  });

  test('as JSON, with places; decode takes that too', async () => {
    const json = await run('encode', '-t', 'gpt2', '--text', 'Hello,東', '--json');
    expect(JSON.parse(json)).toEqual({
      tokenizer: 'gpt2',
      vocabSize: 50257,
      ids: [15496, 11, 30266, 109],
      starts: [0, 5, 6, 6],
      ends: [5, 6, 7, 7],
    });
    const { stdout } = await hornbook(['tokenizer', 'decode', '-t', 'gpt2'], { cwd, input: json });
    expect(stdout).toBe('Hello,東');
  });

  test('tokenize takes a tokenizer file as well', async () => {
    const { stdout } = await hornbook(['tokenize', '--tokenizer', 'book.json', '--text', 'a', '--json'], { cwd });
    expect(JSON.parse(stdout)).toEqual({ tokenizer: 'bpe', vocabSize: 400, ids: [97] });
  });
});

describe('inspect', () => {
  test('what is in a tokenizer, and what it makes of a text', async () => {
    const out = await run(
      'inspect',
      'book.json',
      '--text',
      'the <|endoftext|>\n\x1b[2J',
      '--longest',
      '2',
      '--merges',
      '3',
    );
    expect(out).toMatch(/^book.json: bpe, vocabulary of 400\nSpecials: <\|endoftext\|> 399\n\n/);
    expect(out).toContain('\nt│he│ │<|endoftext|>│␊\n│␛│[│2│J\n');
    expect(out).toMatch(/\n\d tokens for 22 bytes \(\d.\d\d bytes a token\)\n/);
    expect(out).toMatch(
      /\nLongest tokens\n( +\d+ {2}".*" \d+ bytes\n){2}\nFirst merges of 143\n( +\d {2}".+" ".+"\n){3}$/,
    );
    expect(out).not.toContain('\x1b');
  });

  test('in colours', async () => {
    const args = ['tokenizer', 'inspect', 'gpt2', '--text', 'Hello, world', '--limit', '2', '--merges', '0'];
    const { stdout } = await hornbook(args, { cwd, env: { FORCE_COLOR: '1' } });
    expect(stdout).toContain('\x1b[46m\x1b[30mHello\x1b[39m\x1b[49m\x1b[43m\x1b[30m,\x1b[39m\x1b[49m\n… 1 more token');
  });

  test('as JSON', async () => {
    const json = JSON.parse(await run('inspect', 'book.json', '--file', 'book.txt', '--longest', '1', '--json'));
    expect(json).toMatchObject({ kind: 'bpe', vocabSize: 400, lossless: true, specials: { '<|endoftext|>': 399 } });
    expect(json).toMatchObject({ tokens: 400, mergeCount: 143, text: { bytes: Buffer.byteLength(story) } });
    expect(json.longest).toEqual([{ id: expect.any(Number), token: expect.any(String), length: expect.any(Number) }]);
    expect(json.merges.slice(0, 2)).toEqual([
      ['h', 'e'],
      [' ', 't'],
    ]);
  });
});

describe('convert', () => {
  const plain = 'plain.json';
  beforeAll(() => run('train', 'book.txt', '-n', '400', '-o', plain));

  test.each(['pair', 'copy.model', 'copy.tiktoken', 'copy.json'])('to %s and back: the same ids', async (copy) => {
    expect(await run('convert', plain, copy)).toBe(`${plain}, bpe of 400 tokens, saved in ${copy}\n`);
    const pattern = copy.endsWith('.tiktoken') ? ['--pattern', 'gpt2'] : [];
    await run('convert', copy, 'back.json', ...pattern);
    const ids = await run('encode', '-t', plain, 'book.txt');
    expect(await run('encode', '-t', 'back.json', 'book.txt')).toBe(ids);
  });

  test('a published encoding, and its merges in order', async () => {
    await run('convert', 'gpt2', 'gpt2.json');
    const encoded = JSON.parse(await run('encode', '-t', 'gpt2.json', 'book.txt', '--json'));
    expect(encoded.ids).toEqual([...(await encoding('gpt2')).encode(story)]);
    const { merges } = JSON.parse(await run('inspect', 'gpt2.json', '--merges', '2', '--json'));
    expect(merges).toEqual([
      [' ', 't'],
      [' ', 'a'],
    ]);
  });

  test('special tokens stay out of a .tiktoken file only if that is asked for', async () => {
    await run('convert', 'book.json', 'without.gpt2.tiktoken', '--omit-specials'); // its name says the pattern
    const { vocabSize, specials } = JSON.parse(await run('inspect', 'without.gpt2.tiktoken', '--json'));
    expect({ vocabSize, specials }).toEqual({ vocabSize: 399, specials: {} });
  });
});

describe('compare', () => {
  test('tokens, bytes a token, speed, and where they differ', async () => {
    const out = await run('compare', 'gpt2', 'book.json', 'book.txt', '--limit', '2');
    expect(out).toMatch(/^ +vocabulary +tokens +bytes a token +MB\/s\ngpt2 +50,257 .*\nbook.json +400 .*\n\n/);
    expect(out).toMatch(/\n[\d,]+ places are cut differently:\n( +\d+:\d+ {2}".* {2}against {2}".*\n){2}$/);
  });

  test('the same one twice, and as JSON', async () => {
    expect(await run('compare', 'gpt2', 'gpt2', '--text', 'Hello')).toContain(
      'Both cut this text at the same places\n',
    );
    const json = JSON.parse(await run('compare', 'gpt2', 'bytes', '--text', ' the', '--json'));
    expect(json).toMatchObject({
      bytes: 4,
      tokenizers: [
        { name: 'gpt2', tokens: 1, bytesPerToken: 4 },
        { name: 'bytes', tokens: 4, bytesPerToken: 1 },
      ],
      differences: 1,
      first: [{ index: 0, a: [' the'], b: [' ', 't', 'h', 'e'] }],
    });
  });
});

test('a model trains with a tokenizer file, resumes, samples, and lends its tokenizer', async () => {
  const args = ['train', '--data', 'book.txt', '--tokenizer', 'book.json', ...tiny.bigram, '--out', 'run'];
  expect(await hornbook(args, { cwd })).toMatchObject({ code: 0, stderr: '' });
  const { metadata } = JSON.parse(await readFile(join(cwd, 'run', 'latest', 'checkpoint.json'), 'utf8'));
  expect(metadata.tokenizer).toEqual(JSON.parse(await readFile(join(cwd, 'book.json'), 'utf8')));
  expect(await hornbook(['resume', 'run', '--steps', '65'], { cwd })).toMatchObject({ code: 0, stderr: '' });
  const sample = await hornbook(['sample', 'run', '--prompt', 'the ', '--length', '9'], { cwd });
  expect(sample).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^the /) });
  expect(await run('encode', '-t', 'run', 'book.txt')).toBe(await run('encode', '-t', 'book.json', 'book.txt'));
});
