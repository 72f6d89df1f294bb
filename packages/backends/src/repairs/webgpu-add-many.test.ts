// Sums of more tensors than a GPU's shader sees at once.
import { describeEngines, toBeAllclose } from '@hornbook/testing';
import { addN, fill, grads, memory, sum, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

describeEngines('addN on', () => {
  for (const count of [2, 7, 8, 11, 12, 13, 40]) {
    test(`adds ${count} tensors`, async () => {
      const terms = Array.from({ length: count }, (_, i) => fill([300, 5], 2 ** (i % 20)));
      const before = memory();
      const total = addN(terms);
      expect(memory().numTensors).toBe(before.numTensors + 1);
      expect(memory().numDataBuffers).toBe(before.numDataBuffers + 1);
      const expected = terms.reduce((all, _, i) => all + 2 ** (i % 20), 0);
      toBeAllclose(await total.data(), new Array(1500).fill(expected), { absolute: 0, relative: 0 });
    });
  }

  test('passes the gradient on to each of 12 tensors', async () => {
    const terms = Array.from({ length: 12 }, (_, i) => tensor1d([i, 2 * i]));
    const gradients = grads((...all) => tidy(() => sum(addN(all))))(terms);
    for (const gradient of gradients) expect([...(await gradient.data())]).toEqual([1, 1]);
  });
});
