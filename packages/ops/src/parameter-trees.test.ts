import { useBackend } from '@hornbook/backends';
import { neg, scalar, tensor1d, zeros } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { countParameters, mapParameters, namedParameters } from './parameter-trees.ts';

beforeAll(() => useBackend('cpu'));

const tree = () => ({
  table: zeros([3, 2]),
  blocks: [{ weight: tensor1d([1]), bias: undefined }, { weight: tensor1d([2]) }],
});

test('leaves are named by their paths, in order', () => {
  const parameters = tree();
  expect(Object.entries(namedParameters(parameters))).toEqual([
    ['table', parameters.table],
    ['blocks.0.weight', parameters.blocks[0].weight],
    ['blocks.1.weight', parameters.blocks[1].weight],
  ]);
  expect(Object.keys(namedParameters(scalar(1)))).toEqual(['']);
});

test('mapping keeps the shape of the tree', async () => {
  const paths: string[] = [];
  const mapped = mapParameters(tree(), (tensor, path) => {
    paths.push(path);
    return neg(tensor);
  });
  expect(paths).toEqual(['table', 'blocks.0.weight', 'blocks.1.weight']);
  expect(mapped.blocks).toHaveLength(2);
  expect('bias' in mapped.blocks[0]).toBe(true);
  expect([...(await mapped.blocks[1].weight.data())]).toEqual([-2]);
});

test('counting', () => {
  expect(countParameters(tree())).toBe(8);
});
