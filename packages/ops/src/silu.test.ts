import { describeEngines, expectGradient, golden, toBeAllclose } from '@hornbook/testing';
import { onesLike, tensor1d, valueAndGrad } from '@tensorflow/tfjs-core';
import { test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-training.json' with { type: 'json' };
import { silu } from './silu.ts';

describeEngines('SiLU on', () => {
  test('values and gradients as PyTorch in float64', async () => {
    const x = tensor1d(new Float32Array(golden(fixture.ops.gelu.x)));
    const { value, grad } = valueAndGrad((x) => silu(x))(x, onesLike(x));
    toBeAllclose(await value.data(), golden(fixture.ops.gelu.silu.y64));
    toBeAllclose(await grad.data(), golden(fixture.ops.gelu.silu.dx64));
  });

  test('gradient agrees with finite differences', async () => {
    await expectGradient(([x]) => silu(x), [[3, 4]]);
  });
});
