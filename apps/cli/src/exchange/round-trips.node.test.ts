// Out and in again: what is exported comes back bit for bit, in every format that holds a model.
import { cp, mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openForeignTokens } from '@hornbook/datasets/files';
import { readVectors, type StoredTensor } from '@hornbook/formats';
import { readTokenizerJson } from '@hornbook/tokenizers';
import { beforeAll, describe, expect, test } from 'vitest';
import { hornbook, temporaryFolder, tiny } from '../testing/run-hornbook.ts';
import { finalTensors, loadRun, type Run } from '../training/run-folder.ts';
import { type ExportFormat, exportRun } from './export-model.ts';
import { importModel } from './import-model.ts';

const folder = await temporaryFolder();
const at = (name: string) => join(folder, name);
const write = () => {};
const outlet = { write, screen: { live: false, columns: () => 80 }, signal: new AbortController().signal };
const exporting = (run: string, format: ExportFormat, out: string) =>
  exportRun({ run: at(run), format, out: at(out) }, write);
const importing = (source: string, out: string) => importModel({ source: at(source), out: at(out) }, outlet);

const llama = [
  ...['--model', 'transformer', '--steps', '3', '--context-length', '8', '--embed-dim', '8', '--num-heads', '2'],
  ...['--num-layers', '1', '--num-key-value-heads', '1', '--qkv-bias', '--batch-size', '4'],
  ...['--rotary-base', '5000', '--norm-epsilon', '1e-6', '--token-rows', '40'],
];

beforeAll(async () => {
  for (const [name, options] of [
    ['gpt', [...tiny.gpt, '--steps', '3']],
    ['llama', llama],
  ] as const) {
    const { stderr, code } = await hornbook(['train', ...options, '--out', name], { cwd: folder });
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  }
});

const kept = ({ metadata: { settings, tokenizer, source }, checkpoint: { step } }: Run) => ({
  ...{ settings, tokenizer, source, step },
});

describe.each(['gpt', 'llama'])('a %s', (name) => {
  test.each<ExportFormat>(['huggingface', 'safetensors', 'tfjs', 'pytorch'])('as %s', async (format) => {
    const [out, back] = [`${name}-${format}`, `${name}-${format}-back`];
    await exporting(name, format, out);
    await importing(out, back);
    const [before, after] = [await loadRun(at(name), 'latest'), await loadRun(at(back), 'latest')];
    expect(finalTensors(after)).toEqual(finalTensors(before));
    expect(kept(after)).toEqual(kept(before));
    await exporting(back, format === 'pytorch' ? 'huggingface' : format, `${out}-again`);
    const again = await readdir(at(`${out}-again`));
    for (const file of again)
      expect(await readFile(at(`${out}-again/${file}`))).toEqual(await readFile(at(`${out}/${file}`)));
  });

  test('samples what the run samples', async () => {
    const sample = (run: string) => hornbook(['sample', run, '--count', '2', '--length', '10'], { cwd: folder });
    const [before, after] = [await sample(name), await sample(`${name}-huggingface-back`)];
    expect(before.stdout).toBe(after.stdout);
    expect(before.stdout.length).toBeGreaterThan(2);
  });
});

test('a model of any kind, as safetensors', async () => {
  const { stderr } = await hornbook(['train', ...tiny.mlp, '--steps', '2', '--out', 'mlp'], { cwd: folder });
  expect(stderr).toBe('');
  await exporting('mlp', 'safetensors', 'mlp-out');
  await importing('mlp-out', 'mlp-back');
  expect(finalTensors(await loadRun(at('mlp-back'), 'latest'))).toEqual(finalTensors(await loadRun(at('mlp'), 'best')));
  await expect(exporting('mlp', 'huggingface', 'mlp-hf')).rejects.toThrow('got a model of the kind mlp');
  expect(await readdir(folder)).not.toContain('mlp-hf');
});

test('tokens, bare for nanoGPT and with a header for llm.c', async () => {
  await exporting('gpt', 'nanogpt', 'nanogpt');
  await exporting('gpt', 'llmc', 'llmc');
  for (const part of ['train', 'val']) {
    const bare = openForeignTokens(at(`nanogpt/${part}.bin`), { dtype: 'uint16', header: 'none' });
    const headed = openForeignTokens(at(`llmc/${part}.bin`), { dtype: 'uint16', header: 'llm.c' });
    expect(bare.length).toBeGreaterThan(100);
    expect(headed.subarray(0, headed.length)).toEqual(bare.subarray(0, bare.length));
    bare.close();
    headed.close();
  }
});

test('vectors for the projector', async () => {
  await exporting('gpt', 'projector', 'projector');
  const table = (await loadRun(at('gpt'), 'best')).checkpoint.tensors.get('tokens.table');
  const vectors = readVectors(await readFile(at('projector/vectors.tsv'), 'utf8'));
  expect(vectors.flatMap((vector) => [...vector])).toEqual([...((table as StoredTensor).data as Float32Array)]);
  expect((await readFile(at('projector/metadata.tsv'), 'utf8')).split('\n')).toHaveLength(vectors.length + 1);
});

test('characters become a tokenizer.json with the same ids', async () => {
  const { tokenizer } = await loadRun(at('gpt'), 'best');
  const read = readTokenizerJson(await readFile(at('gpt-huggingface/tokenizer.json'), 'utf8'));
  expect(read.encode('ann\nzoe')).toEqual(tokenizer.encode('ann\nzoe'));
  expect(read.decode(tokenizer.encode('ann\nzoe'))).toBe('ann\nzoe');
});

describe('refused', () => {
  test('a folder that has something in it, and stays as it is', async () => {
    await mkdir(at('full'));
    await writeFile(at('full/letter.txt'), 'dear');
    await expect(exporting('gpt', 'huggingface', 'full')).rejects.toThrow('with letter.txt in it: choose another');
    expect(await readdir(at('full'))).toEqual(['letter.txt']);
  });

  test.each<[string, (path: string) => Promise<unknown>, string]>([
    ['no config', (path) => writeFile(join(path, 'config.json'), '{}'), 'Expected model_type'],
    [
      'another size',
      (path) => change(join(path, 'config.json'), '"n_layer": 1', '"n_layer": 2'),
      'Expected "transformer.h.1.',
    ],
    [
      'fewer rows',
      (path) => change(join(path, 'config.json'), '"vocab_size": 27', '"vocab_size": 26'),
      'of at most 26 tokens',
    ],
    ['a damaged description', (path) => change(join(path, 'hornbook.json'), '"step"', '"stop"'), 'it is damaged'],
    ['weights cut short', (path) => truncate(join(path, 'model.safetensors'), 3000), 'the file is cut short'],
    ['another setting', (path) => change(join(path, 'hornbook.json'), '"clip"', '"clap"'), 'Unknown setting "clap"'],
    [
      'a damaged tokenizer',
      (path) => change(join(path, 'hornbook.json'), '"kind": "characters"', '"kind": "glyphs"'),
      'Expected',
    ],
  ])('%s', async (name, damage, message) => {
    const path = at(`bad ${name}`);
    await cp(at('gpt-huggingface'), path, { recursive: true });
    await damage(path);
    await expect(importing(`bad ${name}`, `bad ${name} run`)).rejects.toThrow(message);
    expect(await readdir(folder)).not.toContain(`bad ${name} run`);
  });

  test('a context that positions were not learned for', async () => {
    const request = { source: at('gpt-huggingface'), out: at('short'), contextLength: 4 };
    await expect(importModel(request, outlet)).rejects.toThrow('Expected the context of 8 tokens');
    await importModel({ source: at('llama-huggingface'), out: at('short'), contextLength: 4 }, outlet);
    expect((await loadRun(at('short'), 'latest')).metadata.settings.contextLength).toBe(4);
  });

  test('what is no model', async () => {
    const { code, stderr } = await hornbook(['import', 'no/such/folder'], { cwd: folder });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^hornbook: No such folder: no\/such\/folder/),
    });
    const wrong = await hornbook(['export', 'gpt', 'x', '--format', 'onnx'], { cwd: folder });
    expect(wrong.code).toBe(2);
  });

  test('going on without the state of an optimizer, with what to do', async () => {
    const { stderr } = await hornbook(['resume', 'gpt-huggingface-back', '--steps', '100'], { cwd: folder });
    expect(stderr).toContain("Expected the optimizer's state");
  });
});

async function change(path: string, from: string, to: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  expect(text).toContain(from);
  await writeFile(path, text.replace(from, to));
}
