import { describeEngines, expectGradient, toBeAllclose } from '@hornbook/testing';
import {
  cast,
  matMul,
  oneHot,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  tensor2d,
  valueAndGrad,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { embedding } from './embedding.ts';

describeEngines('embedding on', (engine) => {
  test('each id becomes its row', async () => {
    const table = tensor2d([0, 1, 2, 3, 4, 5], [3, 2]);
    const vectors = embedding(table, tensor2d([2, 0, 0, 1], [2, 2], 'int32'));
    expect(vectors.shape).toEqual([2, 2, 2]);
    expect([...(await vectors.data())]).toEqual([4, 5, 0, 1, 0, 1, 2, 3]);
  });

  test('is one-hot times matrix, and so is its gradient', async () => {
    const table = tensor2d(wave(7 * 5), [7, 5]);
    const ids = tensor1d([3, 0, 6, 3, 3, 1, 0, 5], 'int32');
    const dy = tensor2d(wave(8 * 5), [8, 5]);
    const byTable = valueAndGrad((t) => embedding(t as Tensor2D, ids))(table, dy);
    const byMatrix = valueAndGrad((t) => matMul(cast(oneHot(ids, 7), 'float32') as Tensor2D, t as Tensor2D))(table, dy);
    toBeAllclose(await byTable.value.data(), await byMatrix.value.data());
    toBeAllclose(await byTable.grad.data(), await byMatrix.grad.data());
  });

  test('gradient agrees with finite differences', async () => {
    const ids = tensor2d([3, 0, 3, 1, 1, 1], [2, 3], 'int32');
    await expectGradient(([table]) => embedding(table as Tensor2D, ids), [[4, 3]]);
  });

  test('the gradient of 3000 ids is right, and the same bits every time', async () => {
    const ids = Int32Array.from({ length: 3000 }, (_, i) => (i * i) % 7);
    const dy = wave(3000 * 2);
    const expected = new Float64Array(14);
    for (const [i, id] of ids.entries()) for (const d of [0, 1]) expected[2 * id + d] += dy[2 * i + d];
    const gradient = () =>
      valueAndGrad((t) => embedding(t as Tensor2D, tensor1d(ids, 'int32') as Tensor1D))(
        tensor2d(wave(14), [7, 2]),
        tensor2d(dy, [3000, 2]),
      ).grad.data();
    const first = await gradient();
    toBeAllclose(first, expected, { absolute: 1e-4 }); // float32 sums of about 430 numbers of size 1
    expect(await gradient()).toEqual(first);
  });

  test('an id outside the table is refused, or gives zeros on a GPU', async () => {
    const vectors = () => embedding(tensor2d([1, 2], [2, 1]), tensor1d([2, 1], 'int32'));
    if (engine === 'webgpu') expect([...(await vectors().data())]).toEqual([0, 2]);
    else
      expect(vectors).toThrow(
        new RangeError(
          'Expected ids of at least 0 and below 2, got 2: were they encoded with the vocabulary of this table?',
        ),
      );
  });

  test('with positions, which count along the last axis', async () => {
    const table = tensor2d([0, 1, 2, 3, 4, 5], [3, 2]);
    const positions = tensor2d([10, 20, 30, 40, 50, 60], [3, 2]);
    const vectors = embedding(table, tensor2d([2, 0, 0, 1], [2, 2], 'int32'), positions);
    expect([...(await vectors.data())]).toEqual([14, 25, 30, 41, 10, 21, 32, 43]);
    const ids = tensor2d([3, 0, 3, 1, 1, 1], [2, 3], 'int32');
    for (const places of [3, 5]) {
      await expectGradient(
        ([table, positions]) => embedding(table as Tensor2D, ids, positions as Tensor2D),
        [
          [4, 3],
          [places, 3],
        ],
      );
    }
    expect(() => embedding(tensor2d([1, 2], [2, 1]), ids, tensor2d([1, 2], [2, 1]))).toThrow(
      new RangeError('Expected at most 2 places, got 3: use a longer table of positions'),
    );
  });
});

const wave = (length: number) => Float32Array.from({ length }, (_, i) => Math.sin(1 + 1.3 * i));
