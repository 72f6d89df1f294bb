import { describeEngines, expectGradient, toBeAllclose } from '@hornbook/testing';
import { grad, memory, ones, tensor1d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { dropout } from './dropout.ts';
import { keptBelow } from './dropout-mask.ts';
import { philox } from './philox.ts';

const seeded = (seed: number) => ({ random: () => seed });
const unused = {
  random: () => {
    throw new Error('Expected no draw');
  },
};

/** The 16 bits of 24 places. */
const halves = (seed: number) =>
  [0, 1, 2].flatMap((i) => philox([i, 0, 0, 0], [seed, 0]).flatMap((word) => [word & 0xffff, word >>> 16]));

describeEngines('dropout on', () => {
  test.each([
    [0, 17],
    [5, 20],
    [2 ** 32 - 1, 24],
  ])('keeps the places that seed %i says, and grows them', async (seed, size) => {
    const expected = halves(seed).map((bits) => (bits < 0.75 * 65536 ? 2 / 0.75 : 0));
    expect(new Set(expected).size).toBe(2);
    const y = dropout(tensor1d(new Array(size).fill(2)), 0.25, seeded(seed));
    toBeAllclose(await y.data(), expected.slice(0, size));
  });

  test('the gradient has the mask of the value', async () => {
    const before = memory().numTensors;
    const x = ones([5, 7]);
    const values = dropout(x, 0.4, seeded(3));
    const gradient = grad((x) => dropout(x, 0.4, seeded(3)))(x);
    expect(await gradient.data()).toEqual(await values.data());
    for (const tensor of [x, values, gradient]) tensor.dispose();
    expect(memory().numTensors).toBe(before);
  });

  test('gradient agrees with finite differences', async () => {
    await expectGradient(([x]) => dropout(x, 0.3, seeded(8)), [[3, 11]]);
  });

  test('drops as often as it should, with another mask for another seed', async () => {
    const [one, other] = [1, 2].map((seed) => dropout(ones([10_000]), 0.3, seeded(seed)));
    const [a, b] = [await one.data(), await other.data()];
    const count = (isDropped: (y: number, i: number) => boolean) => a.filter(isDropped).length;
    expect(Math.abs(count((y) => y === 0) - 3000)).toBeLessThan(150); // 3.3 standard deviations
    expect(Math.abs(count((y, i) => y === 0 && b[i] === 0) - 900)).toBeLessThan(100);
    for (const apart of [1, 2, 8, 100]) {
      expect(Math.abs(count((y, i) => y === 0 && a[i + apart] === 0) - 900)).toBeLessThan(100);
    }
  });

  test('a rate of 0 draws nothing, one of 1 keeps nothing', async () => {
    const x = tensor1d([1, 2]);
    expect(dropout(x, 0, unused)).toBe(x);
    expect([...(await dropout(x, 1, seeded(1)).data())]).toEqual([0, 0]);
  });

  test.each([-0.1, 1.5, Number.NaN])('a rate of %s is refused', (rate) => {
    expect(() => dropout(tensor1d([1]), rate, unused)).toThrow(`Expected a dropout rate between 0 and 1, got ${rate}`);
  });
});

test('rates have 16 bits, and those next to 0 and 1 are neither', () => {
  expect([0.25, 1e-9, 1 - 1e-9, 1].map(keptBelow)).toEqual([49152, 65535, 1, 0]);
});
