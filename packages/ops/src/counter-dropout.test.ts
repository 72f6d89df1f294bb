import { describeEngines, toBeAllclose } from '@hornbook/testing';
import { grad, memory, ones, tensor1d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { counterDropout } from './counter-dropout.ts';
import { philox } from './philox.ts';

/** Known answers of Random123, https://github.com/DEShawResearch/random123, tests/kat_vectors. */
describe('philox', () => {
  test.each([
    [0, 0, [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
    [-1, -1, [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]],
  ])('all words %i, key %i', (counter, key, expected) => {
    expect(philox(new Array(4).fill(counter), [key, key])).toEqual(expected);
  });

  test('the digits of pi', () => {
    const [counter, key] = [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
    ];
    expect(philox(counter, key)).toEqual([0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]);
  });
});

const seeded = (seed: number) => ({ random: () => seed });

describeEngines('counter-based dropout on', () => {
  test('keeps the places that the seed says, and grows them', async () => {
    const kept = philox([0, 0, 0, 0], [5, 0]).concat(philox([1, 0, 0, 0], [5, 0]), philox([2, 0, 0, 0], [5, 0]));
    const expected = kept.slice(0, 9).map((word) => (word < 0.75 * 2 ** 32 ? 2 / 0.75 : 0));
    toBeAllclose(await counterDropout(tensor1d(new Array(9).fill(2)), 0.25, seeded(5)).data(), expected);
  });

  test('the gradient has the mask of the value', async () => {
    const before = memory().numTensors;
    const x = ones([5, 7]);
    const values = counterDropout(x, 0.4, seeded(-3));
    const gradient = grad((x) => counterDropout(x, 0.4, seeded(-3)))(x);
    expect(await gradient.data()).toEqual(await values.data());
    for (const tensor of [x, values, gradient]) tensor.dispose();
    expect(memory().numTensors).toBe(before);
  });

  test('drops as often as it should, with another mask for another seed', async () => {
    const [one, other] = [seeded(1), seeded(2)].map((generator) => counterDropout(ones([10_000]), 0.3, generator));
    const [a, b] = [await one.data(), await other.data()];
    expect(Math.abs(a.filter((y) => y === 0).length - 3000)).toBeLessThan(150); // 3.3 standard deviations
    expect(Math.abs(a.filter((y, i) => y === 0 && b[i] === 0).length - 900)).toBeLessThan(100);
  });

  test('rates of 0 and 1 draw nothing, others than these are refused', async () => {
    const unused = {
      random: () => {
        throw new Error('Expected no draw');
      },
    };
    const x = tensor1d([1, 2]);
    expect(counterDropout(x, 0, unused)).toBe(x);
    expect([...(await counterDropout(x, 1, unused).data())]).toEqual([0, 0]);
    expect(() => counterDropout(x, 1.5, unused)).toThrow('Expected a dropout rate between 0 and 1, got 1.5');
  });
});
