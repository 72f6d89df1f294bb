// Weights on disk: a file, a split model, a folder of TensorFlow.js, and what is never opened.
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { StoredTensor } from './dtypes.ts';
import { fileBytes, openWeights } from './files.ts';
import { readAll, tensorsInMemory } from './tensor-source.ts';
import { streamTfjsWeights } from './tfjs-weights.ts';
import { writeSafetensors } from './write-safetensors.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hornbook-formats-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const tensors: readonly (readonly [string, StoredTensor])[] = [
  ['a', { dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) }],
  ['b', { dtype: 'I32', shape: [1], data: Int32Array.of(3) }],
];

async function expectAll(path: string): Promise<void> {
  const source = await openWeights(path);
  expect(await readAll(source)).toEqual(new Map(tensors));
  await source.close();
}

test('a safetensors file, by its own name or that of its folder', async () => {
  await writeFile(join(folder, 'model.safetensors'), writeSafetensors(tensors));
  await expectAll(folder);
  await expectAll(join(folder, 'model.safetensors'));
});

test('a model in several files', async () => {
  await writeFile(join(folder, 'm-1.safetensors'), writeSafetensors([tensors[0]]));
  await writeFile(join(folder, 'm-2.safetensors'), writeSafetensors([tensors[1]]));
  const weightMap = { a: 'm-1.safetensors', b: 'm-2.safetensors' };
  await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: weightMap }));
  await expectAll(folder);
});

test('a folder of TensorFlow.js', async () => {
  for await (const { file, bytes } of streamTfjsWeights(tensorsInMemory(tensors), { shardBytes: 8 })) {
    await writeFile(join(folder, file), bytes, { flag: 'a' });
  }
  await expectAll(folder);
});

test.each(['pytorch_model.bin', 'ckpt.pt'])('a folder with %s alone holds a pickle', async (name) => {
  await writeFile(join(folder, name), 'cos\nsystem\n');
  await expect(openWeights(folder)).rejects.toThrow('which is a pickle: opening one can run any program');
  await expect(openWeights(join(folder, name))).rejects.toMatchObject({ name: 'FormatError' });
});

test('nothing there', async () => {
  await expect(openWeights(folder)).rejects.toThrow(`Expected weights at ${folder}, got none of model.safetensors`);
  await expect(openWeights(join(folder, 'x.safetensors'))).rejects.toThrow('No such file');
  await mkdir(join(folder, 'model.safetensors'));
  await expect(openWeights(folder)).rejects.toMatchObject({ name: 'FormatError' });
});

test('a file that becomes shorter while it is read', async () => {
  const path = join(folder, 'model.safetensors');
  await writeFile(path, writeSafetensors(tensors));
  const source = await openWeights(path);
  await truncate(path, 80);
  await expect(source.read('b')).rejects.toThrow('it was cut short');
  await source.close();
});

test('reads what a link leads to, and stretches of it', async () => {
  await writeFile(join(folder, 'there'), 'abcdef');
  await symlink('there', join(folder, 'link'));
  const bytes = await fileBytes(join(folder, 'link'));
  expect(new TextDecoder().decode(await bytes.read(2, 4))).toBe('cd');
  await bytes.close();
});
