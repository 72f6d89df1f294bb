// What goes wrong with tokenizers at the command line: one clear line, the right exit code, and nothing half-written.
import { mkdir, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { hornbook, temporaryFolder } from '../testing/run-hornbook.ts';

const cwd = await temporaryFolder();
const train = ['train', 'people.txt', '-n', '300', '-o', 'new.json'];

beforeAll(async () => {
  await writeFile(join(cwd, 'people.txt'), 'ann\nbo\ncy\n'.repeat(100));
  await writeFile(join(cwd, 'empty.txt'), '');
  await writeFile(join(cwd, 'binary.txt'), Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0));
  await writeFile(join(cwd, 'latin.txt'), Uint8Array.of(0x63, 0x61, 0x66, 0xe9, 10));
  await writeFile(join(cwd, 'spaces.txt'), '  \n \n');
  await writeFile(join(cwd, 'other.json'), '{"name":"hornbook","version":"1.0"}');
  await writeFile(join(cwd, 'list.json'), '[1,2]');
  await writeFile(join(cwd, 'runes.json'), '{"kind":"runes"}');
  await writeFile(join(cwd, 'vocab.json'), '{"a":0}');
  await writeFile(join(cwd, 'sentencepiece.model'), Uint8Array.of(0x0a, 0x0e, 0x0a, 0xff, 0xfe));
  await mkdir(join(cwd, 'folder', 'precious'), { recursive: true });
  for (const out of ['sound.json', 'cut.json']) await hornbook(['tokenizer', ...train.with(-1, out)], { cwd });
  await truncate(join(cwd, 'cut.json'), 500);
});

/** Runs a command that must fail in one line and leave the folder as it was. */
async function expectFailure(args: readonly string[], code: number, message: RegExp): Promise<void> {
  const before = await readdir(cwd, { recursive: true });
  const result = await hornbook(['tokenizer', ...args], { cwd });
  expect(result).toEqual({ code, stdout: expect.any(String), stderr: expect.stringMatching(/^hornbook: [^\n]+\n$/) });
  expect(result.stderr).toMatch(message);
  expect(result.stderr).not.toContain('please report');
  expect(await readdir(cwd, { recursive: true })).toEqual(before);
}

describe('the command line: exit code 2', () => {
  test.each([
    [['trian'], /unknown command 'trian' \(Did you mean train\?\)/],
    [['train', '-o', 'x.json'], /missing required argument 'files'/],
    [['train', 'people.txt'], /required option '-o, --out <file>' not specified/],
    [[...train, '--kind', 'sentencepiece'], /Allowed choices are bpe, wordpiece, unigram/],
    [[...train, '--pattern', 'gpt5'], /Expected gpt2, cl100k_base, o200k_base, or a regular expression as \/…\//],
    [[...train, '--pattern', '/(/'], /'\/\(\/' is invalid.*Invalid regular expression/],
    [[...train, '--pattern', '/(a+)+$/'], /Expected a pattern that is done soon with every text, got \/\(a\+\)\+\$\/u/],
    [[...train, '--kind', 'unigram', '--pattern', 'gpt2'], /unigram has no --pattern/],
    [[...train, '-n', '100'], /Expected a vocabSize from 256 .*, got 100/],
    [[...train, '-n', '257', '--special', '<a>', '--special', '<b>'], /Expected a vocabSize from 258/],
    [[...train, '--special', '<a>', '--special', '<a>'], /Expected each special once, got "<a>"/],
    [[...train, '-n', 'many'], /'many' is invalid. Expected a whole number of at least 1/],
    [['train', 'people.txt', '-k', 'wordpiece', '-n', '4', '-o', 'x.json'], /Expected a vocabSize of at least/],
    [['train', 'people.txt', '-o', 'book.txt'], /Expected NAME.json, .* to save to, got book.txt/],
    [['train', 'people.txt', '-o', 'vocab.json'], /Expected the folder for vocab.json and merges.txt/],
    [['train', 'people.txt', '-k', 'unigram', '-o', 'x.tiktoken'], /byte pairs for tiktoken, got unigram/],
    [['encode', '--text', 'a'], /required option '-t, --tokenizer <name>' not specified/],
    [['encode', '-t', 'gpt2', 'people.txt', '--text', 'a'], /Expected a file or --text, got both/],
    [['inspect', 'gpt2', '--file', 'people.txt', '--text', 'a'], /cannot be used with option/],
    [['inspect', 'gpt2', '--limit', '-1'], /Expected a whole number of at least 0/],
    [['compare', 'gpt2'], /missing required argument 'b'/],
  ])('%j', (args, message) => expectFailure(args, 2, message));
});

describe('texts that cannot be learned from', () => {
  test.each([
    ['missing.txt', /No such file: missing.txt/],
    ['empty.txt', /empty.txt is empty/],
    ['binary.txt', /binary.txt has a zero byte at 4/],
    ['latin.txt', /Expected UTF-8 text: latin.txt/],
    ['folder', /got a folder: folder/],
  ])('%s, also as the last of many', (name, message) =>
    expectFailure(['train', 'people.txt', name, '-n', '300', '-o', 'new.json'], 1, message),
  );

  test('nothing on standard input', () =>
    expectFailure(['train', '-', '-o', 'new.json'], 1, /standard input is empty/));
});

describe('places that cannot be written', () => {
  test.each([
    ['people.txt/new.json', /Could not write people.txt\/new.json: a file is in the way/],
    ['people.txt/new', /a file is in the way/],
    ['/dev/null/new.json', /a file is in the way/],
    ['/proc/new.json', /Could not write \/proc\/new.json/],
  ])('%s', (out, message) => expectFailure(['train', 'people.txt', '-n', '300', '-o', out], 1, message));

  test('a folder that is called like a file', async () => {
    await mkdir(join(cwd, 'taken.json'));
    await expectFailure(['train', 'people.txt', '-n', '300', '-o', 'taken.json'], 1, /got a folder: taken.json/);
    await expectFailure(['convert', 'sound.json', 'taken.json'], 1, /got a folder: taken.json/);
  });
});

describe('tokenizers that cannot be used', () => {
  test.each([
    ['gpt5', /No such tokenizer: gpt5. Give a tokenizer file or a run, or one of gpt2, cl100k_base, o200k_base/],
    ['words', /No such tokenizer: words. It is learned from a text/],
    ['folder', /Expected a tokenizer in folder, got a folder without a run, tokenizer.json/],
    ['people.txt', /got people.txt, which is none/],
    ['empty.txt', /got empty.txt, which is none/],
    ['cut.json', /cut.json, the whole file: Expected JSON|Expected JSON in cut.json/],
    ['other.json', /other.json/],
    ['list.json', /list.json/],
    ['runes.json', /Expected a tokenizer in runes.json: .*"runes"/],
    ['vocab.json', /No such tokenizer: merges.txt/],
    ['sentencepiece.model', /got binary data: sentencepiece.model. Of SentencePiece's models, give the tokenizer.json/],
  ])('%s', (name, message) => expectFailure(['inspect', name], 1, message));
});

test('ids that are none, and text that is not in the vocabulary', async () => {
  await expectFailure(['decode', '-t', 'gpt2', 'one'], 1, /Expected ids, whole numbers from 0, got "one"/);
  await expectFailure(['decode', '-t', 'gpt2', '50257'], 1, /Expected the id of a token \(0 to 50256\), got 50257/);
});

test('what a format cannot hold is refused by name', async () => {
  const own = ['train', 'people.txt', '-n', '258', '--special', '<eos>', '-o', 'special.json'];
  expect(await hornbook(['tokenizer', ...own], { cwd })).toMatchObject({ code: 0, stderr: '' });
  for (const [out, ...options] of [
    ['new.tiktoken', '--special', '<eos>'],
    ['new.model', '--pattern', 'o200k_base'],
    ['new', '--pattern', '/a+/'],
  ]) {
    const args = ['train', 'missing.txt', '-o', out, ...options]; // known before the texts are looked at
    await expectFailure(args, 1, new RegExp(`Could not write ${out} as `));
  }
  const tiktoken = /Could not write s.tiktoken as tiktoken: it has no place for special tokens, and there are <eos>/;
  await expectFailure(['convert', 'special.json', 's.tiktoken'], 1, tiktoken);
  await expectFailure(['convert', 'gpt2', 'gpt2.model'], 1, /as minbpe: Expected the ids of bytes and merges in order/);
  await expectFailure(['convert', 'cl100k_base', 'pair'], 1, /as vocab.json and merges.txt: .*pre_tokenizer/);
  await expectFailure(['convert', 'bytes', 'bytes.json'], 1, /Could not write bytes.json as tokenizer.json: .*bytes/);
});
