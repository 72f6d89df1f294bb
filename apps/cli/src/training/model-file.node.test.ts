// A model in one file is as good as a run's folder for everything but going on with its training.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useBackend } from '@hornbook/backends';
import { writeSafetensors } from '@hornbook/formats';
import { gpt } from '@hornbook/models';
import { manualSeed } from '@hornbook/random';
import { characters } from '@hornbook/tokenizers';
import { storeParameters } from '@hornbook/training';
import { expect, test } from 'vitest';
import { sample } from '../generation/sample.ts';
import { temporaryFolder } from '../testing/run-hornbook.ts';
import { loadRun } from './run-folder.ts';

const cwd = await temporaryFolder();
await useBackend('cpu');
const tokenizer = characters('\nabc');
const sizes = { contextLength: 8, embedDim: 8, numHeads: 2, numLayers: 1, bias: false };
const parameters = gpt({ ...sizes, vocabSize: tokenizer.vocabSize }).initialize(manualSeed(1));
const tensors = await storeParameters(parameters);
const settings = { model: 'gpt', seed: 42, ...sizes };
const source = { location: 'abc.txt', kind: 'prose' };
const metadata = JSON.stringify({ version: 2, settings, tokenizer: tokenizer.toJSON(), source });

async function write(name: string, header: Record<string, string>, cut = 0): Promise<string> {
  const bytes = writeSafetensors(tensors, header);
  await writeFile(join(cwd, name), bytes.subarray(0, bytes.length - cut));
  return join(cwd, name);
}

test('writes text', async () => {
  const folder = await write('model.safetensors', { format: 'hornbook checkpoint', step: '7', metadata });
  const { checkpoint } = await loadRun(folder, 'best');
  expect(checkpoint.step).toBe(7);
  expect(checkpoint.tensors).toEqual(tensors);
  let text = '';
  const outlets = {
    write: (piece: string) => {
      text += piece;
    },
    remark: () => {},
  };
  const request = { folder, prompt: 'a', length: 20, seed: 1, sampling: {}, stop: [], json: false, backend: 'cpu' };
  await sample(request, outlets, new AbortController().signal);
  expect(text).toMatch(/^a[abc\n]{20}\n$/);
});

test('says what is wrong with a file', async () => {
  const foreign = await write('foreign.safetensors', {});
  await expect(loadRun(foreign, 'best')).rejects.toThrow('got weights without its settings');
  const short = await write('short.safetensors', { format: 'hornbook checkpoint', step: '7', metadata }, 10);
  await expect(loadRun(short, 'best')).rejects.toThrow('got a damaged file');
});
