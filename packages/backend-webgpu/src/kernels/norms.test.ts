// Norms against their plain definitions on cpu: one row and many, rows of any width, alone and behind a sum.
import { addLayerNorm, addRmsNorm, layerNorm, layerNormOfSum, rmsNorm, rmsNormOfSum } from '@hornbook/ops';
import { engines, expectAsOnCpu, wave } from '@hornbook/testing';
import { add, mul, type Tensor, type Tensor1D, valueAndGrads } from '@tensorflow/tfjs-core';
import { describe, test } from 'vitest';

type Op = (x: Tensor, residual: Tensor, weight: Tensor1D, bias: Tensor1D) => Tensor;

const both = ([sum, normalized]: [Tensor, Tensor]) => add(mul(sum, 0.5), normalized);

const dropout = { rate: 0.3, generator: { random: () => 7 } };

const ops: [string, Op][] = [
  ['layer norm', (x, residual, weight, bias) => mul(layerNorm(x, weight, bias), residual)],
  ['layer norm without bias', (x, residual, weight) => mul(layerNorm(x, weight), residual)],
  ['RMS norm', (x, residual, weight) => mul(rmsNorm(x, weight), residual)],
  ['layer norm behind a sum', (x, residual, weight, bias) => both(addLayerNorm(x, residual, weight, bias))],
  ['layer norm behind a sum, without bias', (x, residual, weight) => both(addLayerNorm(x, residual, weight))],
  ['RMS norm behind a sum', (x, residual, weight) => both(addRmsNorm(x, residual, weight))],
  ['layer norm of a sum', (x, residual, weight, bias) => layerNormOfSum(x, residual, weight, bias)],
  [
    'layer norm behind a sum with dropout',
    (x, residual, weight, bias) => both(addLayerNorm(x, residual, weight, bias, { dropout })),
  ],
  ['RMS norm behind a sum with dropout', (x, residual, weight) => both(addRmsNorm(x, residual, weight, { dropout }))],
  ['RMS norm of a sum with dropout', (x, residual, weight) => rmsNormOfSum(x, residual, weight, { dropout })],
  [
    'layer norm behind dropout alone',
    (x, residual, weight) => mul(both(addLayerNorm(undefined, residual, weight, undefined, { dropout })), x),
  ],
];

const shapes = [[1], [1, 3], [2, 3, 8], [3, 65], [1030, 2], [0, 4]];
const few = [
  [2, 3, 8],
  [3, 65],
  [0, 4],
];
const wide = [2, 2051]; // other lanes, and more than eight numbers for each

describe.skipIf(!engines.some(({ name, available }) => name === 'webgpu' && available))('on webgpu', () => {
  test.each(ops.map(([name, op], number) => ({ name, op, number })))(
    '$name and its gradients',
    async ({ op, number }) => {
      const every = number < 6 ? shapes : few;
      for (const shape of number === 3 || number === 7 ? [...every, wide] : every) {
        const width = shape[shape.length - 1];
        await expectAsOnCpu(
          'webgpu',
          ([x, residual, weight, bias, dy]) => {
            const f = (...[x, residual, weight, bias]: Tensor[]) =>
              op(x, residual, weight as Tensor1D, bias as Tensor1D);
            const used = op.length === 4 ? [x, residual, weight, bias] : [x, residual, weight];
            const { value, grads } = valueAndGrads(f)(used, dy);
            return [value, ...grads];
          },
          [wave(shape, 1, 3), wave(shape, 2), wave([width], 3), wave([width], 4), wave(shape, 5)],
          { ulps: 84, absolute: shape[0] > 1000 ? 2e-3 : 2e-5 }, // sums of a thousand; a width of 2 divides by small spreads
        );
      }
    },
  );
});
