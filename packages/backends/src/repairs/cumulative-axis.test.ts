// Cumulative sums and products along axes counted from either end.
import { describeEngines } from '@hornbook/testing';
import { cumprod, cumsum, engine, tensor1d, tensor3d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

describeEngines('cumulative sums and products on', () => {
  test('are the same along axis -1 and 2, -2 and 1, -3 and 0', async () => {
    const x = tensor3d([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [2, 2, 3]);
    for (const axis of [0, 1, 2]) {
      for (const cumulate of [cumsum, cumprod]) {
        const fromTheEnd = await cumulate(x, axis - 3).data();
        expect(fromTheEnd).toEqual(await cumulate(x, axis).data());
      }
    }
    expect([...(await cumsum(x, -1).data())]).toEqual([1, 3, 6, 4, 9, 15, 7, 15, 24, 10, 21, 33]);
    expect([...(await cumsum(x, -1, true, true).data())]).toEqual([5, 3, 0, 11, 6, 0, 17, 9, 0, 23, 12, 0]);
    expect([...(await x.data())]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  test('are right from the end too, at one length after another', async () => {
    for (const length of [4, 3, 2, 5]) {
      const x = tensor1d(Array.from({ length }, (_, i) => i + 2)); // 2, 3, 4, …
      const tail = (from: number) => Array.from({ length: Math.max(0, length - from) }, (_, i) => i + from + 2);
      const sums = Array.from({ length }, (_, i) => tail(i).reduce((a, b) => a + b, 0));
      const products = Array.from({ length }, (_, i) => tail(i + 1).reduce((a, b) => a * b, 1));
      expect([...(await cumsum(x, 0, false, true).data())]).toEqual(sums);
      expect([...(await cumprod(x, 0, true, true).data())]).toEqual(products);
    }
  });

  test('leave no tensors behind', () => {
    const x = tensor1d([1, 2, 3]);
    const before = engine().backend.numDataIds();
    for (const reverse of [false, true]) cumsum(x, 0, false, reverse).dispose();
    expect(engine().backend.numDataIds()).toBe(before);
    x.dispose();
  });
});
