// Positions that are added to the vectors, learned and fixed.
import { describeEngines, expectGradient, toBeAllclose } from '@hornbook/testing';
import { dispose, type Tensor2D, type Tensor3D, tensor2d, tensor3d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { embed } from './embedding.ts';
import { addPositions, embedWithPositions } from './positions.ts';
import { sinusoidalTable } from './sinusoidal.ts';

describeEngines('positions', () => {
  test('place t adds row t to every sequence', async () => {
    const table = tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    const x = tensor3d([0, 0, 10, 10, 20, 20, 30, 30], [2, 2, 2]);
    const output = addPositions({ table }, x);
    expect(output.shape).toEqual([2, 2, 2]);
    toBeAllclose(await output.data(), [1, 2, 13, 14, 21, 22, 33, 34]);
    dispose([table, x, output]);
  });

  test('a fixed table', async () => {
    const table = sinusoidalTable(5, 4);
    const x = zeros([1, 3, 4]) as Tensor3D;
    const output = addPositions({ table }, x);
    toBeAllclose(await output.data(), (await table.data()).subarray(0, 12));
    dispose([table, x, output]);
  });

  test.each([3, 5])('gradient for %i places of 5', async (time) => {
    await expectGradient(
      ([x, table]) => addPositions({ table: table as Tensor2D }, x as Tensor3D),
      [
        [2, time, 4],
        [5, 4],
      ],
    );
  });

  test('refuses more places than the table has', () => {
    const [table, x] = [tensor2d([1, 2], [2, 1]), tensor3d([1, 2, 3], [1, 3, 1])];
    expect(() => addPositions({ table }, x)).toThrow(
      new RangeError('Expected at most 2 places, got 3: use a longer table of positions'),
    );
    dispose([table, x]);
  });

  test('with the embedding in one pass: the same vectors', async () => {
    const [tokens, positions] = [{ table: sinusoidalTable(7, 6) }, { table: sinusoidalTable(5, 6) }];
    const ids = tensor2d([3, 0, 6, 1, 1, 5], [2, 3], 'int32');
    const apart = addPositions(positions, embed(tokens, ids));
    const together = embedWithPositions(tokens, positions, ids);
    expect(together.shape).toEqual([2, 3, 6]);
    toBeAllclose(await together.data(), await apart.data());
    dispose([tokens.table, positions.table, ids, apart, together]);
  });
});
