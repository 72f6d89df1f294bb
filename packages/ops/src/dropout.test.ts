import { describeEngines, expectGradient, toBeAllclose } from '@hornbook/testing';
import { type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { dropout } from './dropout.ts';

const alternating = {
  bernoulli: (n: number, p: number) => {
    expect(p).toBe(0.8);
    return Uint8Array.from({ length: n }, (_, i) => i % 2);
  },
};
const unused = {
  bernoulli: () => {
    throw new Error('Expected no draw');
  },
};

describeEngines('dropout on', () => {
  test('zeroes what the generator says and divides the rest by what is kept', async () => {
    const x = tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
    toBeAllclose(await dropout(x, 1 - 0.8, alternating).data(), [0, 2.5, 0, 5, 0, 7.5]);
  });

  test('gradient agrees with finite differences', async () => {
    await expectGradient(([x]) => dropout(x, 1 - 0.8, alternating) as Tensor, [[2, 3]]);
  });

  test('rates of 0 and 1 draw nothing', async () => {
    const x = tensor2d([1, 2], [1, 2]);
    expect(dropout(x, 0, unused)).toBe(x);
    expect([...(await dropout(x, 1, unused).data())]).toEqual([0, 0]);
  });

  test.each([-0.1, 1.5, Number.NaN])('a rate of %s is refused', (rate) => {
    expect(() => dropout(tensor2d([[1]]), rate, unused)).toThrow(
      `Expected a dropout rate between 0 and 1, got ${rate}`,
    );
  });
});
