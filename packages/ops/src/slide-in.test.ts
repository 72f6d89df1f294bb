import { describeEngines } from '@hornbook/testing';
import { memory, tensor1d, tensor4d, variable } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { slideIn } from './slide-in.ts';

describeEngines('places move up on', () => {
  /** [2 rows, 1 head, 4 places, 2 numbers], the first place empty. */
  const old = () => tensor4d([0, 0, 1, 2, 3, 4, 5, 6, 0, 0, 10, 20, 30, 40, 50, 60], [2, 1, 4, 2]);

  test.each([
    [1, [-1, -2, -10, -20], [1, 2, 3, 4, 5, 6, -1, -2, 10, 20, 30, 40, 50, 60, -10, -20]],
    [2, [-1, -2, -3, -4, -7, -7, -8, -8], [3, 4, 5, 6, -1, -2, -3, -4, 30, 40, 50, 60, -7, -7, -8, -8]],
    [4, Array(16).fill(9), Array(16).fill(9)],
  ])('by %i', async (time, values, expected) => {
    const x = tensor4d(values, [2, 1, time, 2]);
    const slid = slideIn(old(), x);
    expect([...(await slid.data())]).toEqual(expected);
    for (const filled of [undefined, tensor1d([3], 'int32')]) {
      const kept = variable(old());
      const before = memory().numTensors;
      expect(slideIn(kept, x, filled)).toBe(kept);
      expect(memory().numTensors).toBe(before);
      expect([...(await kept.data())]).toEqual(expected);
      kept.dispose();
    }
  });

  test('a variable that shares its memory with a clone leaves the clone as it was', async () => {
    const kept = variable(old());
    const clone = kept.clone();
    slideIn(kept, tensor4d([7, 7, 7, 7], [2, 1, 1, 2]));
    expect([...(await clone.data())]).toEqual([...(await old().data())]);
    kept.dispose();
  });
});
