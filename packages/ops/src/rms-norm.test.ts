import { describeEngines, expectGradient, golden, toBeAllclose } from '@hornbook/testing';
import { type Tensor1D, tensor, tensor1d, valueAndGrads } from '@tensorflow/tfjs-core';
import { test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-training.json' with { type: 'json' };
import { rmsNorm } from './rms-norm.ts';

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
});
