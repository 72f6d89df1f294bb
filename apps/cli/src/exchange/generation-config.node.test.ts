// generation_config.json of an imported model: it decides what nobody asks for, and comes along on export.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  parameterShapes,
  readAll,
  tensorsInMemory,
  toHuggingFace,
  writeHuggingFaceConfig,
  writeSafetensors,
} from '@hornbook/formats';
import { manualSeed } from '@hornbook/random';
import { expect, test } from 'vitest';
import { finetune } from '../finetune/finetune.ts';
import { openSampler, type TextOptions } from '../generation/sampler.ts';
import { temporaryFolder } from '../testing/run-hornbook.ts';
import { resumeRun } from '../training/train.ts';
import { exportRun } from './export-model.ts';
import { importModel } from './import-model.ts';

const cwd = await temporaryFolder();
const at = (name: string) => join(cwd, name);
const sizes = { vocabSize: 256, contextLength: 8, embedDim: 4, numHeads: 1, numLayers: 1 };
const model = { family: 'gpt2', config: { ...sizes, bias: true, qkvBias: true, tiedHead: true } } as const;

/** A model whose weights are all 0, so that every byte is as likely as any other, and equal ones the lower first. */
async function imported(name: string, generation: object): Promise<string> {
  const zeros = [...parameterShapes(model)].map(([path, shape]) => {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
    return [path, { dtype: 'F32' as const, shape, data }] as const;
  });
  await mkdir(at(name));
  await writeFile(at(join(name, 'config.json')), writeHuggingFaceConfig(model));
  await writeFile(at(join(name, 'generation_config.json')), JSON.stringify(generation));
  const tensors = await readAll(toHuggingFace(model, tensorsInMemory(zeros)));
  await writeFile(at(join(name, 'model.safetensors')), writeSafetensors(tensors));
  const request = { source: at(name), tokenizer: 'bytes', out: at(`${name}-run`) };
  const screen = { live: false, columns: () => 80 };
  await importModel(request, { write: () => {}, screen, signal: new AbortController().signal });
  return at(`${name}-run`);
}

async function sampled(folder: string, options: Partial<TextOptions> = {}) {
  const sampler = await openSampler(folder, 'cpu');
  const length = sampler.length ?? 7;
  const { tokens, finish } = await sampler.write([65], { length, generator: manualSeed(1), ...options }, () => {});
  return { ids: tokens.map(({ id }) => id), finish };
}

const unheard = { step() {}, done() {}, sample() {}, interrupted() {}, close() {} };
const advice = { do_sample: true, top_k: 1, max_new_tokens: 5, repetition_penalty: 1 };

test('is followed where tokens are to be drawn, unless something else is asked for, and exported again', async () => {
  const run = await imported('advised', { ...advice, eos_token_id: [7, 9] });
  expect(await sampled(run)).toEqual({ ids: [0, 0, 0, 0, 0], finish: 'length' });
  const own = await sampled(run, { topK: 256, length: 6 });
  expect(new Set(own.ids).size).toBeGreaterThan(3);
  expect(own.ids).toHaveLength(6);
  await exportRun({ run, format: 'huggingface', out: at('back') }, () => {});
  const written = JSON.parse(await readFile(at('back/generation_config.json'), 'utf8'));
  expect(written).toEqual({ ...advice, eos_token_id: [7, 9] });
});

test('is passed over where tokens are not drawn', async () => {
  const { ids } = await sampled(await imported('greedy', { ...advice, do_sample: false }));
  expect(ids).toHaveLength(7);
  expect(new Set(ids).size).toBeGreaterThan(3);
});

test('each of its ends ends a text', async () => {
  const run = await imported('ended', { eos_token_id: [3, 0] });
  expect(await sampled(run, { topK: 1 })).toEqual({ ids: [], finish: 'stop' });
});

test('goes on with what is fine-tuned and gone on with, and the end of the answers is an end as well', async () => {
  await writeFile(at('answers.jsonl'), '{"prompt": "a", "response": "b"}\n'.repeat(10));
  const watch = { reporter: () => unheard, signal: new AbortController().signal };
  const request = { model: await imported('base', { ...advice, eos_token_id: [7, 9] }), out: at('tuned') };
  const rest = { task: 'answers', frozenBlocks: 0, beta: 0.1, epochs: 1, merge: false, backend: 'cpu' } as const;
  await finetune({ ...request, ...rest, data: at('answers.jsonl'), settings: { steps: 1 } }, watch);
  await resumeRun({ folder: at('tuned'), steps: 2, backend: 'cpu' }, watch);
  await exportRun({ run: at('tuned'), format: 'huggingface', out: at('tuned-out') }, () => {});
  const written = JSON.parse(await readFile(at('tuned-out/generation_config.json'), 'utf8'));
  expect(written).toEqual({ ...advice, eos_token_id: [7, 9, 10] }); // 10: a newline, where bytes end
});

test('what is wrong with it is said before there is a run', async () => {
  await expect(imported('typo', { eos_token_id: '</s>' })).rejects.toThrow('Expected eos_token_id in');
  await expect(imported('other', { eos_token_id: [1, 256] })).rejects.toThrow('Expected ids below 256, the tokens');
});
