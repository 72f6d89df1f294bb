// Checkpoints on a real disk: the round trip, damage, what is not a checkpoint, and what is never overwritten.
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@hornbook/backends';
import { FormatError, readAll, tensorsInMemory } from '@hornbook/formats';
import { memory, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { adamw } from './adamw.ts';
import { CheckpointError, loadCheckpoint, openCheckpoint, saveCheckpoint } from './checkpoint.ts';
import { restoreParameters, storeParameters } from './stored-parameters.ts';
import { trainable } from './trainable.ts';

let parent: string;
let folder: string;
const make = (value: number) => trainable({ w: tensor2d([[value, 2, 3]]), rest: [{ b: tensor1d([4]) }] });

beforeAll(async () => {
  await useBackend('cpu');
});
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'hornbook-checkpoint-'));
  folder = join(parent, 'run');
});
afterEach(() => rm(parent, { recursive: true, force: true }));

describe('a sound checkpoint', () => {
  test('gives back parameters, optimizer, step and metadata', async () => {
    const parameters = make(1);
    const optimizer = adamw({ learningRate: 0.1 });
    optimizer.update({ w: parameters.w } as never, { w: tensor2d([[1, 1, 1]]) });
    const metadata = { config: { vocabSize: 27 }, text: 'a\n😀' };
    const before = memory().numTensors;
    await saveCheckpoint(folder, { parameters, optimizer, step: 7, metadata });
    const loaded = await loadCheckpoint(folder);
    expect(memory().numTensors).toBe(before);
    expect({ ...loaded, tensors: undefined, optimizer: undefined }).toEqual({ step: 7, metadata });
    expect(loaded.optimizer).toEqual(await optimizer.state());
    const other = make(-1);
    restoreParameters(other, loaded.tensors);
    expect(await storeParameters(other)).toEqual(await storeParameters(parameters));
    expect(await readdir(parent)).toEqual(['run']);
    expect(await readdir(folder)).toEqual(['checkpoint.json', 'model.safetensors', 'optimizer.safetensors']);
  });

  test('is opened without its tensors, which are those it was opened with, whatever comes in its place', async () => {
    const optimizer = adamw({ learningRate: 0.1 });
    const parameters = make(1);
    optimizer.update({ w: parameters.w } as never, { w: tensor2d([[1, 1, 1]]) });
    await saveCheckpoint(folder, { parameters, optimizer, step: 7, metadata: { of: 'w' } });
    const { close, ...open } = await openCheckpoint(folder);
    const loaded = await loadCheckpoint(folder);
    await saveCheckpoint(folder, { parameters: make(2), step: 8 });
    const state = open.optimizer && { ...open.optimizer, tensors: await readAll(open.optimizer.tensors) };
    expect({ ...open, tensors: await readAll(open.tensors), optimizer: state }).toEqual(loaded);
    await close();
    await expect(open.tensors.read('w')).rejects.toThrow(FormatError);
  });

  test('tensors that are read one by one are the same as a tree', async () => {
    const parameters = make(1);
    await saveCheckpoint(folder, { parameters, step: 1 });
    const whole = await readFile(join(folder, 'model.safetensors'));
    const source = tensorsInMemory(await storeParameters(parameters));
    const read: string[] = [];
    const noting = (name: string) => {
      read.push(name);
      return source.read(name);
    };
    await saveCheckpoint(folder, { parameters: { ...source, read: noting }, step: 1 });
    expect(read).toEqual(['rest.0.b', 'w']);
    expect(await readFile(join(folder, 'model.safetensors'))).toEqual(whole);
    const broken = { ...source, read: () => Promise.reject(new Error('no more')) };
    await expect(saveCheckpoint(folder, { parameters: broken, step: 2 })).rejects.toThrow(/^no more$/);
    expect((await loadCheckpoint(folder)).step).toBe(1);
    expect(await readdir(parent)).toEqual(['run']);
  });

  test('the same content gives the same bytes', async () => {
    const parameters = make(1);
    await saveCheckpoint(folder, { parameters, step: 1 });
    await saveCheckpoint(join(parent, 'deep', 'down'), { parameters, step: 1 });
    for (const name of await readdir(folder)) {
      expect(await readFile(join(parent, 'deep', 'down', name))).toEqual(await readFile(join(folder, name)));
    }
  });

  test('replaces an older one whole, and what a killed process left of a newer one', async () => {
    const optimizer = adamw({ learningRate: 0.1 });
    await saveCheckpoint(folder, { parameters: make(1), optimizer, step: 1 });
    await mkdir(join(parent, '.run.new-999999999-dead'));
    await mkdir(join(parent, `.run.new-${process.pid}-alive`));
    await saveCheckpoint(folder, { parameters: make(2), step: 2 });
    expect((await loadCheckpoint(folder)).step).toBe(2);
    expect((await loadCheckpoint(folder)).optimizer).toBeUndefined();
    expect(await readdir(folder)).toEqual(['checkpoint.json', 'model.safetensors']);
    expect(await readdir(parent)).toEqual([`.run.new-${process.pid}-alive`, 'run']);
  });

  test('is found where a kill between the two renames left it, and stays until the next one is whole', async () => {
    await saveCheckpoint(folder, { parameters: make(1), step: 1 });
    await rename(folder, join(parent, '.run.old'));
    const loaded = await loadCheckpoint(folder);
    expect([loaded.step, loaded.recoveredFrom]).toEqual([1, join(parent, '.run.old')]);
    await saveCheckpoint(folder, { parameters: make(2), step: 2 });
    expect(await readdir(parent)).toEqual(['run']);
    expect((await loadCheckpoint(folder)).recoveredFrom).toBeUndefined();
  });

  test('is saved through a link, which stays a link', async () => {
    await mkdir(join(parent, 'disk'));
    await symlink(join(parent, 'disk'), folder);
    await saveCheckpoint(folder, { parameters: make(1), step: 3 });
    expect((await loadCheckpoint(join(parent, 'disk'))).step).toBe(3);
    expect((await loadCheckpoint(folder)).step).toBe(3);
  });
});

describe('what cannot be loaded', () => {
  async function refusal(): Promise<string> {
    const error = await loadCheckpoint(folder).catch((caught) => caught);
    expect(error).toBeInstanceOf(CheckpointError);
    expect(error.message).not.toContain('\n');
    return error.message.replaceAll(parent, '');
  }

  test('nothing, a file, a folder of something else', async () => {
    expect(await refusal()).toBe('Expected a checkpoint at /run, got no such folder: is the path right?');
    await writeFile(folder, 'text');
    expect(await refusal()).toBe('Expected a folder at /run, got a file: a checkpoint is a folder');
    await rm(folder);
    await mkdir(folder);
    expect(await refusal()).toBe('Expected a checkpoint at /run, got a folder without checkpoint.json');
  });

  test.each([
    ['', 'it is cut short or damaged'],
    ['{"format": "hornbook check', 'it is cut short or damaged'],
    ['[]', 'it is no checkpoint'],
    ['{"format": "other"}', 'it is no checkpoint'],
    ['{"format": "hornbook checkpoint", "version": 2}', 'got 2: update hornbook to read it'],
    ['{"format": "hornbook checkpoint", "version": 1}', 'it is damaged'],
    ['{"format": "hornbook checkpoint", "version": 1, "step": 1, "metadata": {}, "files": {"a": 1}}', 'it is damaged'],
    ['{"format": "hornbook checkpoint", "version": 1, "step": 1, "metadata": {}, "files": {}}', 'got nothing'],
  ])('checkpoint.json that is %j', async (json, message) => {
    await saveCheckpoint(folder, { parameters: make(1), step: 1 });
    await writeFile(join(folder, 'checkpoint.json'), json);
    expect(await refusal()).toContain(message);
  });

  test('any file of it cut short, grown, changed or missing', async () => {
    const optimizer = adamw({ learningRate: 0.1 });
    await saveCheckpoint(folder, { parameters: make(1), optimizer, step: 1 });
    await cp(folder, join(parent, 'copy'), { recursive: true });
    for (const name of ['model.safetensors', 'optimizer.safetensors']) {
      const file = join(folder, name);
      const bytes = await readFile(file);
      await truncate(file, bytes.length - 1);
      expect(await refusal()).toContain(
        `Expected ${bytes.length} bytes in /run/${name}, got ${bytes.length - 1}: it is cut short; use another checkpoint`,
      );
      await writeFile(file, Buffer.concat([bytes, Buffer.of(0)]));
      expect(await refusal()).toContain('it has grown');
      await writeFile(file, Uint8Array.from(bytes).with(bytes.length - 1, 1));
      expect(await refusal()).toMatch(/^Expected SHA-256 \w{8}… of .*: it has changed; /);
      await rm(file);
      expect(await refusal()).toContain(`Expected /run/${name}, got no such file`);
      await writeFile(file, bytes);
    }
    expect((await loadCheckpoint(folder)).step).toBe(1);
  });
});

describe('what cannot be saved', () => {
  test.each([-1, 0.5, Number.NaN])('a step of %d', async (step) => {
    await expect(saveCheckpoint(folder, { parameters: make(1), step })).rejects.toThrow(RangeError);
    expect(await readdir(parent)).toEqual([]);
  });

  test('over a folder with other things in it, or a file', async () => {
    await mkdir(folder);
    await writeFile(join(folder, 'thesis.txt'), 'years of work');
    await expect(saveCheckpoint(folder, { parameters: make(1), step: 1 })).rejects.toThrow(
      new CheckpointError(
        `Expected a checkpoint or an empty folder at ${folder}, got a folder with thesis.txt in it: ` +
          'saving would replace it, so choose another folder',
      ),
    );
    expect(await readdir(folder)).toEqual(['thesis.txt']);
    const file = join(folder, 'thesis.txt');
    await expect(saveCheckpoint(file, { parameters: make(1), step: 1 })).rejects.toThrow('got a file');
    await expect(saveCheckpoint(join(file, 'run'), { parameters: make(1), step: 1 })).rejects.toThrow(CheckpointError);
    expect(await readFile(file, 'utf8')).toBe('years of work');
    expect(await readdir(parent)).toEqual(['run']);
  });
});
