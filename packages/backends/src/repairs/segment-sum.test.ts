// Sums of rows by id, and the gradient of gather that is made of them.
import { describeEngines, toBeAllclose } from '@hornbook/testing';
import { gather, grad, mul, type Tensor, tensor2d, tensor3d, unsortedSegmentSum } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

describeEngines('sums of rows by id on', (engine) => {
  const rows = () =>
    tensor2d([
      [1, 2],
      [10, 20],
      [100, 200],
      [1000, 2000],
    ]);

  test('add the rows that share an id, and leave zeros where no row went', async () => {
    await expectSums(unsortedSegmentSum(rows(), [2, 0, 2, 2], 4), [4, 2], [10, 20, 0, 0, 1101, 2202, 0, 0]);
  });

  if (engine !== 'webgpu') {
    test('leave out rows whose id is not in the table', async () => {
      await expectSums(unsortedSegmentSum(rows(), [0, -1, 2, 1], 2), [2, 2], [1, 2, 1000, 2000]);
    });
  }

  test('keep the axes after the first', async () => {
    const x = tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]);
    await expectSums(unsortedSegmentSum(x, [1, 1], 2), [2, 2, 2], [0, 0, 0, 0, 6, 8, 10, 12]);
  });

  test('are the gradient of gather, also with repeated ids and along another axis', async () => {
    const table = () => tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    const weights = tensor2d([1, 10, 100, 1000, 10000, 100000], [3, 2]);
    const byRow = grad((t) => mul(gather(t, [2, 0, 2]), weights))(table());
    await expectSums(byRow, [3, 2], [100, 1000, 0, 0, 10001, 100010]);
    const byColumn = grad((t) => mul(gather(t, [1, 1], 1), weights))(table());
    await expectSums(byColumn, [3, 2], [0, 11, 0, 1100, 0, 110000]);
  });

  test('agree with the sum taken slowly, on a large table', async () => {
    const [numRows, width, vocabSize] = [600, 48, 100];
    const values = Float32Array.from({ length: numRows * width }, (_, i) => Math.sin(i));
    const ids = Array.from({ length: numRows }, (_, i) => (i * i * 7) % vocabSize);
    const expected = new Float64Array(vocabSize * width);
    for (const [i, value] of values.entries()) expected[ids[Math.floor(i / width)] * width + (i % width)] += value;
    const sums = unsortedSegmentSum(tensor2d(values, [numRows, width]), ids, vocabSize);
    toBeAllclose(await sums.data(), expected, { absolute: 2e-5 });
  });
});

async function expectSums(sums: Tensor, shape: number[], values: number[]): Promise<void> {
  expect(sums.shape).toEqual(shape);
  expect([...(await sums.data())]).toEqual(values);
}
