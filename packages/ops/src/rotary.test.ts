import { describeEngines, expectGradient, golden, toBeAllclose } from '@hornbook/testing';
import { type Tensor4D, tensor4d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-training.json' with { type: 'json' };
import { rotary } from './rotary.ts';

describeEngines('rotary positions on', () => {
  test.each(fixture.ops.rope)('both layouts as PyTorch, offset $offset, base $base', async (c) => {
    const x = tensor4d(new Float32Array(golden(c.x)), c.x.shape as [number, number, number, number]);
    const { offset, base } = c;
    // PyTorch computed the angles in float32, which rounds those after 1000 positions by 2^-24 · 1000.
    const tolerance = { absolute: 1e-6 + offset * 2 ** -24 };
    const half = rotary(x, { layout: 'half', offset, base });
    toBeAllclose(await half.data(), golden(c.gpt_neox_half_split), tolerance);
    const interleaved = rotary(x, { layout: 'interleaved', offset, base });
    toBeAllclose(await interleaved.data(), golden(c.interleaved_gptj), tolerance);
  });

  test.each(['half', 'interleaved'] as const)('%s: gradient agrees with finite differences', async (layout) => {
    await expectGradient(([x]) => rotary(x as Tensor4D, { layout, offset: 2 }), [[2, 2, 3, 4]]);
  });

  test('an odd width is refused', () => {
    expect(() => rotary(zeros([1, 1, 2, 3]) as Tensor4D, { layout: 'half' })).toThrow(
      'Expected an even headDim for rotary positions, got 3',
    );
  });
});
