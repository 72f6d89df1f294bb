// Trees out of named tensors: the paths of namedParameters lead back to the tree they came from.
import { useBackend } from '@hornbook/backends';
import { type StoredTensor, tensorsInMemory } from '@hornbook/formats';
import { namedParameters } from '@hornbook/ops';
import { dispose, memory, split, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { CheckpointError } from './checkpoint-error.ts';
import { loadParameters, parametersOf } from './load-parameters.ts';

beforeAll(async () => {
  await useBackend('cpu');
});

const vector = (...values: number[]): StoredTensor => ({
  dtype: 'F32',
  shape: [values.length],
  data: Float32Array.from(values),
});

test('paths become a tree, and numbers lists, in whatever order they come', async () => {
  const paths = [...Array.from({ length: 12 }, (_, i) => `blocks.${i}.norm.weight`), 'head.weight'].sort();
  const source = tensorsInMemory(paths.map((path, i) => [path, vector(i, -i)]));
  const tree = (await loadParameters(source)) as { blocks: unknown[] };
  expect(tree.blocks).toHaveLength(12);
  const named = namedParameters(tree as never);
  expect(Object.keys(named).sort()).toEqual(paths);
  for (const [i, path] of paths.entries()) expect([...named[path].dataSync()]).toEqual([i, -i]);
  const stored = new Map(paths.map((path, i) => [path, vector(i, -i)]));
  expect(Object.keys(namedParameters(parametersOf(stored)))).toEqual(Object.keys(named));
});

test('the largest is read first', async () => {
  const source = tensorsInMemory([
    ['a', vector(1)],
    ['b', vector(1, 2, 3)],
    ['c', vector(1, 2)],
  ]);
  const read: string[] = [];
  const noting = (name: string) => {
    read.push(name);
    return source.read(name);
  };
  await loadParameters({ ...source, read: noting });
  expect(read).toEqual(['b', 'c', 'a']);
});

test('each becomes what it is converted to before the next is read, and an error leaves nothing', async () => {
  const before = memory().numTensors;
  const source = tensorsInMemory([
    ['a', vector(1)],
    ['b.c', vector(2, 3)],
  ]);
  const convert = (path: string, leaf: Tensor) => {
    if (path === 'a') return leaf;
    const halves = split(leaf, 2);
    leaf.dispose();
    expect(memory().numTensors).toBe(before + 2);
    return { left: halves[0], right: halves[1] };
  };
  const named = namedParameters(await loadParameters(source, { convert }));
  expect(Object.entries(named).map(([path, leaf]) => [path, ...leaf.dataSync()])).toEqual([
    ['a', 1],
    ['b.c.left', 2],
    ['b.c.right', 3],
  ]);
  dispose(Object.values(named));
  const failing = (path: string, leaf: Tensor) => {
    if (path === 'a') throw new Error('no');
    return convert(path, leaf);
  };
  await expect(loadParameters(source, { convert: failing })).rejects.toThrow(/^no$/);
  expect(memory().numTensors).toBe(before);
});

test.each([
  ['a tensor and a group', ['a', 'a.b']],
  ['no name', ['']],
  ['a name that ends in a dot', ['a.']],
  ['a name that begins with one', ['.a']],
])('%s is no tree, and nothing stays in memory', async (_, paths) => {
  const before = memory().numTensors;
  await expect(loadParameters(tensorsInMemory(paths.map((path) => [path, vector(1)])))).rejects.toMatchObject({
    name: 'CheckpointError',
  });
  expect(() => parametersOf(new Map(paths.map((path) => [path, vector(1)])))).toThrow(CheckpointError);
  expect(memory().numTensors).toBe(before);
});

test('names that would reach into prototypes are ordinary names', async () => {
  const tree = await loadParameters(tensorsInMemory([['__proto__.weight', vector(7)]]));
  expect(Object.keys(tree)).toEqual(['__proto__']);
  expect(({} as Record<string, unknown>).weight).toBeUndefined();
});

test('integers are no parameters', async () => {
  const source = tensorsInMemory([['a', { dtype: 'I32', shape: [1], data: Int32Array.of(1) }]]);
  await expect(loadParameters(source)).rejects.toThrow("Expected floats at 'a', got I32");
});
