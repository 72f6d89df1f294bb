// Activations against their plain definitions on cpu: lengths that four divides and others, the far ends, and nothing.
import { gelu, silu, swiGlu } from '@hornbook/ops';
import { engines, expectAsOnCpu, type RandomTensor, wave } from '@hornbook/testing';
import { type Tensor, valueAndGrads } from '@tensorflow/tfjs-core';
import { describe, test } from 'vitest';

const ops: [string, (x: Tensor, up: Tensor) => Tensor][] = [
  ['exact GELU', (x) => gelu(x, 'erf')],
  ['approximate GELU', (x) => gelu(x, 'tanh')],
  ['SiLU', (x) => silu(x)],
  ['SwiGLU', (x, up) => swiGlu(x, up)],
];

const ends: RandomTensor = {
  shape: [12],
  dtype: 'float32',
  values: [0, -0, 1e-30, -1e-30, 0.9, -0.9, 5.5, -5.5, 30, -30, 1000, -1000],
};

describe.skipIf(!engines.some(({ name, available }) => name === 'webgpu' && available))('on webgpu', () => {
  test.each(ops)('%s and its gradient', async (_, op) => {
    for (const x of [wave([3, 5, 7], 1, 4), wave([2, 64], 2, 4), ends, wave([2, 0])]) {
      await expectAsOnCpu(
        'webgpu',
        ([x, up, dy]) => {
          const { value, grads } = valueAndGrads((...[x, up]) => op(x, up))(op.length === 1 ? [x] : [x, up], dy);
          return [value, ...grads];
        },
        [x, wave(x.shape, 3, 2), wave(x.shape, 4, 2)],
        { ulps: 64, absolute: 1e-6 },
      );
    }
  });
});
