// Parameters to plain arrays and back, and what is said when they are of another model.
import { tensorsInMemory } from '@hornbook/formats';
import { describeEngines } from '@hornbook/testing';
import { memory, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { CheckpointError } from './checkpoint-error.ts';
import { restoreParameters, restoreParametersFrom, storeParameters } from './stored-parameters.ts';
import { trainable } from './trainable.ts';

const make = (sign: number) =>
  trainable({
    embedding: { table: tensor2d([[sign, sign * 2, sign * 3]]) },
    blocks: [{ bias: tensor1d([sign * 4, sign * 5]) }, { bias: undefined }],
  });

describeEngines('stored parameters on', () => {
  test('come back under their paths', async () => {
    const stored = await storeParameters(make(1));
    expect([...stored]).toEqual([
      ['embedding.table', { dtype: 'F32', shape: [1, 3], data: Float32Array.of(1, 2, 3) }],
      ['blocks.0.bias', { dtype: 'F32', shape: [2], data: Float32Array.of(4, 5) }],
    ]);
    const other = make(-1);
    const before = memory().numTensors;
    restoreParameters(other, stored);
    expect(memory().numTensors).toBe(before);
    expect(await storeParameters(other)).toEqual(stored);
    const third = make(-1);
    await restoreParametersFrom(third, tensorsInMemory(stored));
    expect(await storeParameters(third)).toEqual(stored);
  });

  test('of another model: the first differences are named, and nothing changes', async () => {
    const parameters = make(1);
    const before = await storeParameters(parameters);
    const stored = new Map(before)
      .set('embedding.table', { dtype: 'F32', shape: [3, 1], data: Float32Array.of(9, 9, 9) })
      .set('head.weight', { dtype: 'F32', shape: [1], data: Float32Array.of(9) });
    stored.delete('blocks.0.bias');
    expect(() => restoreParameters(parameters, stored)).toThrow(
      new CheckpointError(
        "Expected the tensors of this model, got others: 'head.weight' is not in the model, " +
          "'embedding.table' is [3,1] instead of [1,3], 'blocks.0.bias' is missing. " +
          'Make the model with the configuration it was saved with.',
      ),
    );
    await expect(restoreParametersFrom(parameters, tensorsInMemory(stored))).rejects.toThrow("'head.weight' is not in");
    expect(await storeParameters(parameters)).toEqual(before);
    const integers = new Map(before).set('blocks.0.bias', { dtype: 'I32', shape: [2], data: Int32Array.of(1, 2) });
    expect(() => restoreParameters(parameters, integers)).toThrow("'blocks.0.bias' is I32 instead of F32");
    const many = new Map(
      ['a', 'b', 'c', 'd', 'e'].map((name) => [name, { dtype: 'F32', shape: [], data: Float32Array.of(1) }] as const),
    );
    expect(() => restoreParameters(parameters, many)).toThrow(/'c' is not in the model, and 4 more\./);
  });

  test('a tree of ordinary tensors cannot be restored into', async () => {
    const stored = await storeParameters(make(1));
    expect(() => restoreParameters({ embedding: { table: tensor2d([[1, 2, 3]]) } }, stored)).toThrow(TypeError);
  });

  test('trainable disposes what it promotes', () => {
    const tree = { w: tensor1d([1]), rest: [tensor1d([2])] };
    const before = memory().numTensors;
    const variables = trainable(tree);
    expect([tree.w.isDisposed, tree.rest[0].isDisposed]).toEqual([true, true]);
    expect(memory().numTensors).toBe(before);
    expect([variables.w.isDisposed, variables.rest[0].isDisposed]).toEqual([false, false]);
  });
});
