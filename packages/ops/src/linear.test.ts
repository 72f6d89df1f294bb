import { describeEngines, expectGradient, toBeAllclose } from '@hornbook/testing';
import { type Tensor1D, type Tensor2D, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { linear } from './linear.ts';

describeEngines('a linear layer on', () => {
  test('is a product and a sum', async () => {
    const [x, weight] = [tensor2d([1, 2, 3, 4], [2, 2]), tensor2d([3, 4], [2, 1])];
    toBeAllclose(await linear(x, weight, tensor1d([5])).data(), [16, 30]);
    toBeAllclose(await linear(x, weight).data(), [11, 25]);
  });

  test('gradient agrees with finite differences, with bias and without', async () => {
    const f = (...[x, weight, bias]: unknown[]) => linear(x as Tensor2D, weight as Tensor2D, bias as Tensor1D);
    await expectGradient(([x, weight, bias]) => f(x, weight, bias), [[5, 3], [3, 6], [6]]);
    await expectGradient(
      ([x, weight]) => f(x, weight),
      [
        [5, 3],
        [3, 6],
      ],
    );
  });

  test('refuses what does not fit', () => {
    expect(() => linear(zeros([2, 3]), zeros([2, 3]))).toThrow('inner shapes');
  });
});
