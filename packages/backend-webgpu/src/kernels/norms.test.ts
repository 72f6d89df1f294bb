// Norms against their plain definitions on cpu: one row and many, rows of any width, alone and behind a sum.
import { addLayerNorm, addRmsNorm, layerNorm, rmsNorm } from '@hornbook/ops';
import { engines, expectAsOnCpu, wave } from '@hornbook/testing';
import { add, mul, type Tensor, type Tensor1D, valueAndGrads } from '@tensorflow/tfjs-core';
import { describe, test } from 'vitest';

type Op = (x: Tensor, residual: Tensor, weight: Tensor1D, bias: Tensor1D) => Tensor;

const both = ([sum, normalized]: [Tensor, Tensor]) => add(mul(sum, 0.5), normalized);

const ops: [string, Op][] = [
  ['layer norm', (x, residual, weight, bias) => mul(layerNorm(x, weight, bias), residual)],
  ['layer norm without bias', (x, residual, weight) => mul(layerNorm(x, weight), residual)],
  ['RMS norm', (x, residual, weight) => mul(rmsNorm(x, weight), residual)],
  ['layer norm behind a sum', (x, residual, weight, bias) => both(addLayerNorm(x, residual, weight, bias))],
  ['layer norm behind a sum, without bias', (x, residual, weight) => both(addLayerNorm(x, residual, weight))],
  ['RMS norm behind a sum', (x, residual, weight) => both(addRmsNorm(x, residual, weight))],
];

const shapes = [[1], [1, 3], [2, 3, 8], [3, 65], [1030, 2], [0, 4]];
const wide = [2, 515]; // other lanes

describe.skipIf(!engines.some(({ name, available }) => name === 'webgpu' && available))('on webgpu', () => {
  test.each(ops)('%s and its gradients', async (_, op) => {
    for (const shape of op === ops[3][1] ? [...shapes, wide] : shapes) {
      const width = shape[shape.length - 1];
      await expectAsOnCpu(
        'webgpu',
        ([x, residual, weight, bias, dy]) => {
          const f = (...[x, residual, weight, bias]: Tensor[]) => op(x, residual, weight as Tensor1D, bias as Tensor1D);
          const used = op.length === 4 ? [x, residual, weight, bias] : [x, residual, weight];
          const { value, grads } = valueAndGrads(f)(used, dy);
          return [value, ...grads];
        },
        [wave(shape, 1, 3), wave(shape, 2), wave([width], 3), wave([width], 4), wave(shape, 5)],
        { ulps: 84, absolute: shape[0] > 1000 ? 2e-3 : 2e-5 }, // sums of a thousand; a width of 2 divides by small spreads
      );
    }
  });
});
