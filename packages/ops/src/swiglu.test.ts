import { describeEngines, expectGradient, toBeAllclose } from '@hornbook/testing';
import { mul, tensor1d } from '@tensorflow/tfjs-core';
import { test } from 'vitest';
import { silu } from './silu.ts';
import { swiGlu } from './swiglu.ts';

describeEngines('SwiGLU on', () => {
  test('is the gate through SiLU times the other half', async () => {
    const [gate, up] = [tensor1d([0, 1, -2, 30, -30]), tensor1d([5, 2, 3, -1, 4])];
    toBeAllclose(await swiGlu(gate, up).data(), await mul(silu(gate), up).data());
    toBeAllclose((await swiGlu(gate, up).data()).slice(0, 2), [0, 1.4621171572600098]);
  });

  test('gradient agrees with finite differences', async () => {
    await expectGradient(
      ([gate, up]) => swiGlu(gate, up),
      [
        [3, 5],
        [3, 5],
      ],
    );
  });
});
