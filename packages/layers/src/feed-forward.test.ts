// The feed-forward layer on numbers worked out by hand, and its gradients.
import { manualSeed } from '@hornbook/random';
import { describeEngines, expectGradient, toBeAllclose } from '@hornbook/testing';
import { dispose, type Tensor1D, type Tensor2D, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { applyFeedForward, feedForward } from './feed-forward.ts';
import { linear } from './linear.ts';

describeEngines('feed-forward', () => {
  test('up, GELU, down', async () => {
    const layer = {
      up: { weight: tensor2d([1, -1], [1, 2]), bias: tensor1d([0, 1]) },
      down: { weight: tensor2d([1, 100], [2, 1]), bias: tensor1d([10]) },
    };
    const x = tensor2d([1, -1], [2, 1]);
    const output = applyFeedForward(layer, x);
    const [gelu1, geluMinus1, gelu2] = [0.841192, -0.158808, 1.9545977]; // of the tanh form
    toBeAllclose(await output.data(), [gelu1 + 10, geluMinus1 + 100 * gelu2 + 10]);
    const exact = applyFeedForward(layer, x, 'erf');
    toBeAllclose(await exact.data(), [0.841344746 + 10, -0.158655254 + 100 * 1.954499736 + 10]);
    dispose([layer, x, output, exact]);
  });

  test('starts as two nn.Linear', async () => {
    const generator = manualSeed(1);
    const expected = [linear(generator, 3, 12), linear(generator, 12, 3)];
    const { up, down } = feedForward(manualSeed(1), 3, 12);
    for (const [i, layer] of [up, down].entries()) {
      toBeAllclose(await layer.weight.data(), await expected[i].weight.data(), { absolute: 0, relative: 0 });
      expect(layer.bias?.shape).toEqual(expected[i].bias?.shape);
    }
    dispose([up, down, expected]);
  });

  test('gradient', async () => {
    await expectGradient(
      ([x, upWeight, upBias, downWeight, downBias]) =>
        applyFeedForward(
          {
            up: { weight: upWeight as Tensor2D, bias: upBias as Tensor1D },
            down: { weight: downWeight as Tensor2D, bias: downBias as Tensor1D },
          },
          x,
        ),
      [[2, 2, 3], [3, 6], [6], [6, 3], [3]],
    );
  });
});
