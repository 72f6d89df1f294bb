// SwiGLU on numbers worked out by hand, and its gradients.
import { describeEngines, expectGradient, toBeAllclose } from '@hornbook/testing';
import { dispose, type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { test } from 'vitest';
import { applySwiGlu } from './swiglu.ts';

describeEngines('SwiGLU', () => {
  test('the gate, through SiLU, times up, then down', async () => {
    const layer = {
      gate: { weight: tensor2d([1, -1], [1, 2]) },
      up: { weight: tensor2d([2, 3], [1, 2]) },
      down: { weight: tensor2d([1, 100], [2, 1]) },
    };
    const x = tensor2d([1, -2], [2, 1]);
    const output = applySwiGlu(layer, x);
    const silu = (x: number) => x / (1 + Math.exp(-x));
    toBeAllclose(await output.data(), [silu(1) * 2 + 100 * silu(-1) * 3, silu(-2) * -4 + 100 * silu(2) * -6]);
    dispose([layer, x, output]);
  });

  test('gradient', async () => {
    await expectGradient(
      ([x, gate, up, down]) =>
        applySwiGlu(
          { gate: { weight: gate as Tensor2D }, up: { weight: up as Tensor2D }, down: { weight: down as Tensor2D } },
          x,
        ),
      [
        [2, 3],
        [3, 4],
        [3, 4],
        [4, 3],
      ],
    );
  });
});
