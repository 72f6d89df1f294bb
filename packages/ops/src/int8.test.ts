import { manualSeed } from '@hornbook/random';
import { describeEngines, toBeAllclose } from '@hornbook/testing';
import { grad, ones, type Tensor, tensor1d, tensor2d, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { int8MatMul, quantizeInt8 } from './int8.ts';

/** The whole numbers and scales of a weight [inputDim, outputDim], times x, in float64. */
function expected(x: Float32Array, weight: Float32Array, [rows, inputs, outputs]: readonly number[]): number[] {
  const y: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < outputs; j++) {
      const column = Array.from({ length: inputs }, (_, i) => weight[i * outputs + j]);
      const largest = Math.max(...column.map(Math.abs));
      const sum = column.reduce((total, w, i) => total + x[row * inputs + i] * Math.round((w / largest) * 127), 0);
      y.push(sum * Math.fround(largest / 127));
    }
  }
  return y;
}

describeEngines('weights of one byte on', () => {
  test('packed eight outputs side by side, the first in the lowest byte', async () => {
    const { packed, scales } = await quantizeInt8(tensor2d([0.5, 2, -1, 0, 0.1, 1], [3, 2]));
    expect(packed.shape).toEqual([1, 3, 2]);
    const bytes = [...new Int8Array((await packed.data<'int32'>()).slice().buffer)];
    expect(bytes).toEqual([64, 127, 0, 0, 0, 0, 0, 0, -127, 0, 0, 0, 0, 0, 0, 0, 13, 64, 0, 0, 0, 0, 0, 0]);
    toBeAllclose(await scales.data(), [1 / 127, 2 / 127]);
  });

  test.each([
    [1, 5, 3],
    [2, 7, 8],
    [3, 64, 33],
    [9, 30, 100],
    [1, 1, 1],
  ])('%i rows of %i by %i columns: the product with the rounded weight', async (rows, inputs, outputs) => {
    const generator = manualSeed(rows * 100 + outputs);
    const [x, weight] = [generator.normal(rows * inputs), generator.normal(inputs * outputs)];
    const turned = weight.map((_, n) => weight[(n % inputs) * outputs + Math.floor(n / inputs)]);
    const bias = generator.normal(outputs);
    const y = expected(x, weight, [rows, inputs, outputs]);
    const straight = await quantizeInt8(tensor2d(weight, [inputs, outputs]));
    const transposed = await quantizeInt8(tensor2d(turned, [outputs, inputs]), { transposed: true });
    expect(await transposed.packed.data()).toEqual(await straight.packed.data());
    expect(await transposed.scales.data()).toEqual(await straight.scales.data());
    toBeAllclose(await int8MatMul(tensor2d(x, [rows, inputs]), straight).data(), y, { absolute: 1e-5 });
    const cube = int8MatMul(tensor3d(x, [rows, 1, inputs]), straight, tensor1d(bias));
    expect(cube.shape).toEqual([rows, 1, outputs]);
    const added = y.map((value, n) => value + bias[n % outputs]);
    toBeAllclose(await cube.data(), added, { absolute: 1e-5 });
  });

  test('a column of zeros stays one', async () => {
    const weight = await quantizeInt8(tensor2d([0, 1, 0, 2], [2, 2]));
    toBeAllclose(await int8MatMul(tensor2d([3, 4], [1, 2]), weight).data(), [0, (3 * (64 * 2)) / 127 + 8]);
  });

  test('keeps no tensors', async () => {
    const weight = await quantizeInt8(ones([4, 9]));
    const x = ones([2, 4]) as Tensor;
    const y = tidy(() => int8MatMul(x, weight));
    expect([...(await y.data())]).toEqual(new Array(18).fill(4));
  });
});

describe('what does not fit', () => {
  test('a weight that is not finite, rows of another length, a gradient', async () => {
    await expect(quantizeInt8(tensor2d([1, Number.NaN], [1, 2]))).rejects.toThrow('Expected finite weights, got NaN');
    const weight = await quantizeInt8(tensor2d([1, 2], [1, 2]));
    expect(() => int8MatMul(tensor2d([1, 2], [1, 2]), weight)).toThrow('Expected rows of 1 numbers');
    expect(() => grad((x) => int8MatMul(x, weight))(tensor2d([1], [1, 1]))).toThrow('Expected no gradient');
  });
});
