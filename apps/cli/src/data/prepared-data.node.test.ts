// Training on a prepared folder, as its users do it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hornbook } from '../testing/run-hornbook.ts';

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'hornbook-cli-'));
  const prepared = await hornbook(['data', 'prepare', 'story', '--tokenizer', 'bytes', '--out', 'book'], { cwd });
  expect(prepared).toMatchObject({ code: 0 });
});
afterAll(() => rm(cwd, { recursive: true }));

const tiny = ['--model', 'gpt', '--context-length', '8', '--embed-dim', '8', '--num-heads', '2', '--num-layers', '1'];
const train = ['train', '--data', 'book', '--backend', 'cpu', '--steps', '4', '--evaluate-targets', '64', ...tiny];

test('a model learns from its tokens, goes on, and writes in its tokenizer', async () => {
  const trained = await hornbook([...train, '--out', 'run'], { cwd });
  expect(trained).toMatchObject({ code: 0, stderr: '' });
  const resumed = await hornbook(['resume', 'run', '--steps', '6', '--backend', 'cpu'], { cwd });
  expect(resumed).toMatchObject({ code: 0, stderr: '' });
  const sampled = await hornbook(['sample', 'run', '--length', '5', '--backend', 'cpu', '--json'], { cwd });
  expect(sampled).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(sampled.stdout).tokens).toHaveLength(5);
});

test('its own tokenizer may be named', async () => {
  const trained = await hornbook([...train, '--tokenizer', 'bytes', '--out', 'named'], { cwd });
  expect(trained).toMatchObject({ code: 0, stderr: '' });
});

test.each(['gpt2', 'words', 'characters'])('another tokenizer, %s, is refused', async (name) => {
  const result = await hornbook([...train, '--tokenizer', name], { cwd });
  const stderr =
    `hornbook: Expected the tokenizer that prepared book, got ${name}: leave --tokenizer out, ` +
    `or prepare the text anew with --tokenizer ${name}\n`;
  expect(result).toMatchObject({ code: 1, stdout: '', stderr });
});

test.each([
  [['--model', 'mlp'], /ask for the documents themselves: give the text of book/],
  [['--model', 'counted-bigram'], /ask for the documents themselves/],
])('%j is told to take the text', async (options, message) => {
  const result = await hornbook(['train', '--data', 'book', ...options], { cwd });
  expect(result).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(message) });
});

test('a folder that was not prepared is named', async () => {
  const result = await hornbook(['train', '--data', '.'], { cwd });
  expect(result).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^hornbook: .+\n$/) });
});
