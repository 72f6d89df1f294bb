// Linear layers against their plain definitions on cpu: deep products, which are made in parts, odd widths, and no rows.
import { feedForward, linear } from '@hornbook/ops';
import { engines, expectAsOnCpu, wave } from '@hornbook/testing';
import { type Tensor, type Tensor1D, type Tensor2D, transpose, valueAndGrads } from '@tensorflow/tfjs-core';
import { describe, test } from 'vitest';

type Layer = (x: Tensor2D, weight: Tensor2D, bias: Tensor1D) => Tensor;

const layers: [string, Layer][] = [
  ['a linear layer', (x, weight, bias) => linear(x, weight, bias)],
  ['a linear layer without bias', (x, weight) => linear(x, weight)],
  ['two with GELU between', (x, up, upBias) => feedForward(x, { up, upBias, down: transpose(up) }, 'tanh')],
];

describe.skipIf(!engines.some(({ name, available }) => name === 'webgpu' && available))('on webgpu', () => {
  test.each(layers)('%s and its gradients', async (_, layer) => {
    for (const [rows, inputs, outputs] of [
      [1, 1, 1],
      [9, 5, 7],
      [40, 8, 68], // two blocks of columns
      [600, 3, 6], // the gradient of the weights is deep
      [2, 520, 6], // the product itself is
      [0, 3, 2],
    ]) {
      await expectAsOnCpu(
        'webgpu',
        ([x, weight, bias, dy]) => {
          const f = (...[x, weight, bias]: Tensor[]) => layer(x as Tensor2D, weight as Tensor2D, bias as Tensor1D);
          const { value, grads } = valueAndGrads(f)(layer.length === 3 ? [x, weight, bias] : [x, weight], dy);
          return [value, ...grads];
        },
        [
          wave([rows, inputs]),
          wave([inputs, outputs], 2),
          wave([outputs], 3),
          wave([rows, layer === layers[2][1] ? inputs : outputs], 4),
        ],
        { ulps: 84, absolute: 1e-5 }, // sums of hundreds
      );
    }
  });
});
