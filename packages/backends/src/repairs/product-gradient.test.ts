// The gradient of prod is the product of the others, on every engine.
import { describeEngines, toBeAllclose } from '@hornbook/testing';
import { grad, prod, sum, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

describeEngines('gradient of prod', () => {
  const gradientOf = (axis?: number | number[]) => grad((x: Tensor) => sum(prod(x, axis)));

  test('along an axis, with a zero', async () => {
    const gradient = tidy(() => gradientOf(1)(tensor([2, 3, 4, 5, 0, 7], [2, 3])));
    expect(gradient.shape).toEqual([2, 3]);
    toBeAllclose(await gradient.data(), [12, 8, 6, 0, 35, 0]);
    gradient.dispose();
  });

  test('along the first of three axes, along two, and of all', async () => {
    const values = [1, 2, 3, 4, 5, 6, 7, 8];
    const expected: [number | number[] | undefined, number[]][] = [
      [0, [5, 6, 7, 8, 1, 2, 3, 4]],
      [
        [0, 2],
        [60, 30, 56 * 4, 56 * 3, 12, 10, 96, 84],
      ],
      [undefined, values.map((value) => 40320 / value)],
    ];
    for (const [axis, numbers] of expected) {
      const gradient = tidy(() => gradientOf(axis)(tensor(values, [2, 2, 2])));
      toBeAllclose(await gradient.data(), numbers);
      gradient.dispose();
    }
  });
});
