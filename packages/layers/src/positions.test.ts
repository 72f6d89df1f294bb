// Positions that are added to the vectors, learned and fixed.
import { describeEngines, expectGradient, toBeAllclose } from '@hornbook/testing';
import { dispose, type Tensor2D, type Tensor3D, tensor2d, tensor3d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { addPositions } from './positions.ts';
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
});
