// Training on a prepared folder, as its users do it.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bytes } from '@hornbook/tokenizers';
import { parametersOf } from '@hornbook/training';
import { slice, type Tensor3D, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { resolveSettings } from '../config/resolve.ts';
import { hornbook, temporaryFolder } from '../testing/run-hornbook.ts';
import { loadTokenizer } from '../tokenizer/tokenizer-files.ts';
import { loadRun } from '../training/run-folder.ts';
import { trainNew } from '../training/train.ts';
import type { Watch } from '../training/training-run.ts';
import { preparedTokenizerName } from './prepared-data.ts';

const cwd = await temporaryFolder();
beforeAll(async () => {
  const prepared = await hornbook(['data', 'prepare', 'story', '--tokenizer', 'bytes', '--out', 'book'], { cwd });
  expect(prepared).toMatchObject({ code: 0 });
});

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

const anew = 'prepare the text anew with --tokenizer gpt2';
test.each([
  ['gpt2', ['--tokenizer', 'gpt2'], `leave --tokenizer out, or ${anew}`],
  ['characters', ['--tokenizer', 'characters'], 'leave --tokenizer out, or train on the text itself'],
  ['words', ['--config', 'words.json'], 'leave tokenizer in words.json out, or train on the text itself'],
  [
    'characters',
    ['--config', 'characters.json'],
    'leave tokenizer in characters.json out, or train on the text itself',
  ],
])('another tokenizer, %s, is refused wherever it stands: %j', async (tokenizer, args, advice) => {
  await writeFile(join(cwd, `${tokenizer}.json`), JSON.stringify({ tokenizer }));
  const result = await hornbook([...train, ...args], { cwd });
  const stderr = `hornbook: Expected the tokenizer that prepared book, got ${tokenizer}: ${advice}\n`;
  expect(result).toMatchObject({ code: 1, stdout: '', stderr });
});

test('the config of a run names its tokenizer, and so it trains again', async () => {
  const settings = JSON.parse(await readFile(join(cwd, 'run/config.json'), 'utf8'));
  expect(settings.tokenizer).toBe('bytes');
  expect(preparedTokenizerName({ ...bytes(), kind: 'bpe' }, 'book')).toBe('book'); // one that was learned
  expect((await loadTokenizer(join(cwd, 'book'))).kind).toBe('bytes');
  const again = await hornbook(['train', '--config', 'run/config.json', '--backend', 'cpu', '--out', 'again'], { cwd });
  expect(again).toMatchObject({ code: 0, stderr: '' });
});

describe('documents masked from each other', () => {
  const settings = (folder: string) => {
    const sizes = {
      contextLength: 8,
      embedDim: 4,
      numHeads: 1,
      numLayers: 1,
      steps: 1,
      batchSize: 2,
      evaluateTargets: 8,
    };
    const all = { model: 'gpt', data: join(cwd, folder), documents: 'masked', sampleLength: 0, ...sizes };
    return resolveSettings([{ settings: all }]);
  };
  const nobody: Watch = {
    reporter: () => ({ step() {}, done() {}, sample() {}, interrupted() {}, close() {} }),
    signal: new AbortController().signal,
  };

  test('end at the token that data prepare puts there, not at the line ends in them', async () => {
    const lines = Array.from({ length: 30 }, (_, i) => JSON.stringify({ text: `one\ntwo ${i}` })).join('\n');
    await writeFile(join(cwd, 'rhymes.jsonl'), lines);
    const prepare = ['data', 'prepare', 'rhymes.jsonl', '--tokenizer', 'gpt2', '--out', 'rhymes'];
    expect(await hornbook(prepare, { cwd })).toMatchObject({ code: 0 });
    await trainNew({ settings: settings('rhymes'), out: join(cwd, 'masked'), backend: 'cpu' }, nobody);
    const { model, checkpoint, tokenizer } = await loadRun(join(cwd, 'masked'), 'latest');
    const parameters = parametersOf(checkpoint.tensors);
    const lastScore = async (ids: number[]) => {
      const scores = model.forward(parameters, tensor2d(ids, [1, ids.length], 'int32')) as Tensor3D;
      return [...(await slice(scores, [0, ids.length - 1, 0], [1, 1, 5]).data())];
    };
    const [newline, end] = [tokenizer.idOf('\n') as number, tokenizer.specials['<|endoftext|>']];
    expect(await lastScore([1, end, 3])).toEqual(await lastScore([2, end, 3]));
    expect(await lastScore([1, newline, 3])).not.toEqual(await lastScore([2, newline, 3]));
  });

  test('are refused where that token stands in documents, too', async () => {
    const training = trainNew({ settings: settings('book'), out: join(cwd, 'never'), backend: 'cpu' }, nobody);
    await expect(training).rejects.toThrow(
      /^Expected a token in .*book that does nothing but end documents, .*, got "\\n", which stands in documents too: /,
    );
    expect(existsSync(join(cwd, 'never'))).toBe(false);
  });
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
