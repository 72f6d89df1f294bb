// Rotary positions in both layouts against the reference.
import { describeEngines, expectGradient, golden, toBeAllclose } from '@hornbook/testing';
import { dispose, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-training.json' with { type: 'json' };
import { rotaryPositions } from './rotary.ts';

describeEngines('rotary positions', () => {
  test.each(fixture.ops.rope)('both layouts, offset $offset, base $base', async (one) => {
    const x = tensor4d(golden(one.x) as Float32Array, [1, 2, 5, 8]);
    const { base, offset } = one;
    const half = rotaryPositions({ layout: 'half', base, offset })(x);
    const interleaved = rotaryPositions({ layout: 'interleaved', base, offset })(x);
    // PyTorch's angles are rounded to float32, ours are not: at place 1000 that is 3e-5.
    const tolerance = { absolute: 2e-6 + offset * 6e-8 };
    toBeAllclose(await half.data(), golden(one.gpt_neox_half_split), tolerance);
    toBeAllclose(await interleaved.data(), golden(one.interleaved_gptj), tolerance);
    dispose([x, half, interleaved]);
  });

  test.each(['half', 'interleaved'] as const)('gradient, %s', async (layout) => {
    await expectGradient(([x]) => rotaryPositions({ layout })(x as Tensor4D), [[1, 2, 3, 4]]);
  });
});
