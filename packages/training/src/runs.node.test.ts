// The checkpoints of a run on a real disk: what is kept, what is passed over, and every place a kill can leave it in.
import { mkdir, mkdtemp, readdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@hornbook/backends';
import { tensor1d } from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { CheckpointError, loadCheckpoint } from './checkpoint.ts';
import { loadBest, loadLatest, saveBest, saveLatest } from './runs.ts';
import { trainable } from './trainable.ts';

let folder: string;
const save = (step: number) => saveLatest(folder, { parameters: trainable({ p: tensor1d([step]) }), step });
const inside = (...names: string[]) => join(folder, ...names);
const tear = (name: string) => truncate(inside(name, 'model.safetensors'), 9);
const latest = async () => {
  const { step, place, damaged, tensors } = await loadLatest(folder);
  expect([...(tensors.get('p')?.data ?? [])]).toEqual([step]);
  return { step, place: place.slice(folder.length + 1), damaged: damaged.length };
};

beforeAll(async () => {
  await useBackend('cpu');
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hornbook-run-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('the latest, the one before it, and the best, among other files', async () => {
  await writeFile(inside('notes.txt'), 'mine');
  for (const step of [1, 2, 3]) await save(step);
  await saveBest(folder, { parameters: trainable({ p: tensor1d([2]) }), step: 2 });
  expect(await latest()).toEqual({ step: 3, place: 'latest', damaged: 0 });
  expect((await loadCheckpoint(inside('previous'))).step).toBe(2);
  expect((await loadBest(folder)).step).toBe(2);
  expect((await readdir(folder)).sort()).toEqual(['best', 'latest', 'notes.txt', 'previous']);
});

test('a torn one is passed over, and the one before it used', async () => {
  for (const step of [1, 2, 3]) await save(step);
  await tear('latest');
  expect(await latest()).toEqual({ step: 2, place: 'previous', damaged: 1 });
  expect((await loadLatest(folder)).damaged[0].message).toContain('it is cut short');
  await save(4);
  expect(await latest()).toEqual({ step: 4, place: 'latest', damaged: 0 });
  await tear('latest');
  await tear('previous');
  await expect(loadLatest(folder)).rejects.toThrow(`in ${inside('latest', 'model.safetensors')}`);
});

test('wherever a kill came while they moved up, the newest is found and the next save leaves two', async () => {
  const halfMoved = [
    async () => {}, // next written
    async () => rm(inside('previous', 'checkpoint.json')), // previous half deleted
    async () => rm(inside('previous'), { recursive: true }),
    async () => {
      await rm(inside('previous'), { recursive: true });
      await rename(inside('latest'), inside('previous'));
    },
  ];
  for (const kill of halfMoved) {
    for (const step of [1, 2, 3]) await save(step);
    await rename(inside('latest'), inside('next'));
    await rename(inside('previous'), inside('latest'));
    await mkdir(inside('previous'));
    await writeFile(inside('previous', 'checkpoint.json'), '{}');
    await kill();
    expect(await latest()).toEqual({ step: 3, place: 'next', damaged: 0 });
    await save(4);
    expect(await latest()).toEqual({ step: 4, place: 'latest', damaged: 0 });
    expect((await loadCheckpoint(inside('previous'))).step).toBe(3);
    expect((await readdir(folder)).sort()).toEqual(['latest', 'previous']);
  }
});

test('no run, a file, nothing in it', async () => {
  const refused = (path: string, message: string) =>
    expect(loadLatest(path)).rejects.toThrow(new CheckpointError(message));
  await refused(inside('none'), `Expected a run at ${inside('none')}, got no checkpoint in it: is the path right?`);
  await refused(folder, `Expected a run at ${folder}, got no checkpoint in it: is the path right?`);
  await writeFile(inside('file'), '');
  await expect(loadLatest(inside('file'))).rejects.toThrow(CheckpointError);
  await expect(saveLatest(inside('file'), { parameters: {}, step: 1 })).rejects.toThrow(CheckpointError);
});
