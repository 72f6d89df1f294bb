import { describeEngines, expectGradient, golden, toBeAllclose } from '@hornbook/testing';
import { mul, type Tensor1D, tensor, tensor1d, valueAndGrads } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-training.json' with { type: 'json' };
import { addRmsNorm, rmsNorm } from './rms-norm.ts';

const cases = fixture.ops.rms_norm.map((c, number) => ({ number, ...c }));

describeEngines('RMS norm on', () => {
  test.each(cases)('values and gradients as PyTorch, case $number', async (c) => {
    const { value, grads } = valueAndGrads((...[x, w]) => rmsNorm(x, w as Tensor1D, c.eps))(
      [tensor(new Float32Array(golden(c.x)), c.x.shape), tensor1d(new Float32Array(golden(c.w)))],
      tensor(new Float32Array(golden(c.dy)), c.dy.shape),
    );
    toBeAllclose(await value.data(), golden(c.y));
    toBeAllclose(await grads[0].data(), golden(c.dx));
    toBeAllclose(await grads[1].data(), golden(c.dw));
  });

  test('gradient agrees with finite differences', async () => {
    await expectGradient(([x, w]) => rmsNorm(x, w as Tensor1D), [[2, 3, 8], [8]]);
  });

  test('behind a sum: both, and the gradients of both', async () => {
    const [x, residual] = [tensor([1, 2, 5, 0, 1, 3], [2, 3]), tensor([1, 1, -2, 3, 0, 1], [2, 3])];
    const [sum, normalized] = addRmsNorm(x, residual, tensor1d([1, 2, 3]));
    expect([...(await sum.data())]).toEqual([2, 3, 3, 3, 1, 4]);
    toBeAllclose(await normalized.data(), await rmsNorm(sum, tensor1d([1, 2, 3])).data());
    await expectGradient(([x, r, w]) => mul(...addRmsNorm(x, r, w as Tensor1D)), [[2, 3, 8], [2, 3, 8], [8]]);
  });
});
