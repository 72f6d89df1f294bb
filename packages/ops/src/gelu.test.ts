import { describeEngines, expectGradient, golden, toBeAllclose } from '@hornbook/testing';
import { onesLike, tensor1d, valueAndGrad } from '@tensorflow/tfjs-core';
import { test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-training.json' with { type: 'json' };
import { gelu } from './gelu.ts';

describeEngines('GELU on', () => {
  test.each(['erf', 'tanh'] as const)('%s form: values and gradients as PyTorch in float64', async (form) => {
    const x = tensor1d(new Float32Array(golden(fixture.ops.gelu.x)));
    const expected = fixture.ops.gelu[form];
    const { value, grad } = valueAndGrad((x) => gelu(x, form))(x, onesLike(x));
    toBeAllclose(await value.data(), golden(expected.y64));
    toBeAllclose(await grad.data(), golden(expected.dx64));
  });

  test('gradients agree with finite differences', async () => {
    await expectGradient(([x]) => gelu(x), [[3, 4]]);
    await expectGradient(([x]) => gelu(x, 'tanh'), [[3, 4]]);
  });
});
