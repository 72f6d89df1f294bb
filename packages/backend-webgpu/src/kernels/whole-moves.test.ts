// int32 beyond 2^24 stays what it is wherever it is moved to.
import { useBackend } from '@hornbook/backends';
import { engines } from '@hornbook/testing';
import {
  concat,
  env,
  gather,
  memory,
  pad,
  reverse,
  slice,
  split,
  stack,
  stridedSlice,
  type Tensor,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tile,
  transpose,
  unstack,
  where,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';

const webgpu = engines.find(({ name }) => name === 'webgpu');
const [a, b, c, d] = [2 ** 24 + 1, -(2 ** 24) - 1, 2 ** 31 - 1, -(2 ** 31)];

type Case = readonly [move: (x: Tensor2D) => Tensor, expected: readonly number[]];
const cases: Record<string, Case> = {
  slice: [(x) => slice(x, [0, 1], [2, 1]), [b, d]],
  concat: [(x) => concat([x, x], 1), [a, b, a, b, c, d, c, d]],
  gather: [(x) => gather(x, tensor1d([1, 0, 1], 'int32')), [c, d, a, b, c, d]],
  transpose: [(x) => transpose(x), [a, c, b, d]],
  tile: [(x) => tile(x, [1, 2]), [a, b, a, b, c, d, c, d]],
  reverse: [(x) => reverse(x, 1), [b, a, d, c]],
  pad: [
    (x) =>
      pad(
        x,
        [
          [1, 0],
          [0, 0],
        ],
        a,
      ),
    [a, a, a, b, c, d],
  ],
  where: [
    (x) =>
      where(
        tensor2d(
          [
            [1, 0],
            [0, 1],
          ],
          [2, 2],
          'bool',
        ),
        x,
        reverse(x, 1),
      ),
    [a, a, d, d],
  ],
  stack: [(x) => stack([x, x]), [a, b, c, d, a, b, c, d]],
  unstack: [(x) => unstack(x)[1], [c, d]],
  split: [(x) => split(x, 2, 1)[1], [b, d]],
  stridedSlice: [(x) => stridedSlice(x, [0, 0], [2, 2], [1, 2]), [a, c]],
};

describe.skipIf(!webgpu?.available)('moves of whole numbers on webgpu', () => {
  beforeAll(async () => {
    await useBackend('webgpu');
    env().set('WEBGPU_CPU_FORWARD', false); // small tensors, too, on the GPU
  });

  test.each(Object.entries(cases))('%s', async (_, [move, expected]) => {
    const x = tensor2d([a, b, c, d], [2, 2], 'int32');
    expect([...(await move(x).data())]).toEqual(expected);
  });

  test('leave nothing behind', () => {
    const x = tensor2d([a, b, c, d], [2, 2], 'int32');
    transpose(x).dispose();
    const before = memory().numDataBuffers;
    for (const result of [transpose(x), slice(x, [0, 0], [2, 1]), ...split(x, 2)]) result.dispose();
    expect(memory().numDataBuffers).toBe(before);
  });
});
