// What was tuned is found again by the adapter, and what cannot be read or written is measured anew.
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepTuning, readTuning } from './tuning-store.ts';

const adapter = { name: 'GPU (of a test)', vendor: 'none', architecture: 'old', software: false };
const before = process.env.HORNBOOK_CACHE;
let cache: string;

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'hornbook-tuning-'));
  process.env.HORNBOOK_CACHE = cache;
});

afterEach(async () => {
  if (before === undefined) delete process.env.HORNBOOK_CACHE;
  else process.env.HORNBOOK_CACHE = before;
  await rm(cache, { recursive: true });
});

test('is remembered by the adapter', async () => {
  expect(await readTuning(adapter)).toBeUndefined();
  expect(await keepTuning(adapter, { 'NN 2': 'medium' })).toBe(true);
  expect(await readTuning(adapter)).toEqual({ 'NN 2': 'medium' });
  expect(await readTuning({ ...adapter, name: 'another' })).toBeUndefined();
  expect(await readdir(join(cache, 'webgpu'))).toEqual(['none-old-gpu-of-a-test-.json']);
});

test('of another version, or damaged, is not used', async () => {
  await keepTuning(adapter, {});
  const file = join(cache, 'webgpu', 'none-old-gpu-of-a-test-.json');
  const damaged = ['{"version":0,"tuning":{}}', '{"version"', '', 'null', '[]', '{"version":1,"tuning":null}'];
  for (const text of [...damaged, '{"version":1,"tuning":"large"}', '{"version":1}']) {
    await writeFile(file, text);
    expect(await readTuning(adapter)).toBeUndefined();
  }
  await rm(file);
  await mkdir(file); // what cannot be read
  expect(await readTuning(adapter)).toBeUndefined();
  expect(await keepTuning(adapter, {})).toBe(false);
});

test('says where it could not be kept', async () => {
  await writeFile(join(cache, 'webgpu'), 'a file where the folder should be');
  expect(await keepTuning(adapter, {})).toBe(false);
});
