// Norms against their plain definitions on cpu: one row and many, rows of any width, alone and behind a sum.
import { engines, expectAsOnCpu, normAndGradients, normOps, wave } from '@hornbook/testing';
import { describe, test } from 'vitest';

const shapes = [[1], [1, 3], [2, 3, 8], [3, 65], [1030, 2], [0, 4]];
const few = [
  [2, 3, 8],
  [3, 65],
  [0, 4],
];
const wide = [2, 2051]; // other lanes, and more than eight numbers for each
const also = ['layer norm behind a sum', 'layer norm behind a sum with dropout'];

describe.skipIf(!engines.some(({ name, available }) => name === 'webgpu' && available))('on webgpu', () => {
  test.each(normOps)('%s and its gradients', async (name, op) => {
    const every = /dropout|of a sum/.test(name) ? few : shapes;
    for (const shape of also.includes(name) ? [...every, wide] : every) {
      const width = shape[shape.length - 1];
      await expectAsOnCpu(
        'webgpu',
        (tensors) => normAndGradients(op, tensors),
        [wave(shape, 1, 3), wave(shape, 2), wave([width], 3), wave([width], 4), wave(shape, 5)],
        { ulps: 84, absolute: shape[0] > 1000 ? 2e-3 : 2e-5 }, // sums of a thousand; a width of 2 divides by small spreads
      );
    }
  });
});
