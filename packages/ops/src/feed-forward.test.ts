import { describeEngines, expectGradient, toBeAllclose } from '@hornbook/testing';
import { memory, type Tensor, type Tensor1D, type Tensor2D, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { feedForward } from './feed-forward.ts';
import { gelu } from './gelu.ts';
import { linear } from './linear.ts';

const weightsOf = ([up, upBias, down, downBias]: Tensor[]) => ({
  up: up as Tensor2D,
  upBias: upBias as Tensor1D,
  down: down as Tensor2D,
  downBias: downBias as Tensor1D,
});

const wave = (length: number) => Float32Array.from({ length }, (_, i) => Math.sin(i));

describeEngines('two linear layers with GELU between on', () => {
  test.each(['erf', 'tanh'] as const)('are one after the other, form %s', async (form) => {
    const x = tensor2d([1, -2, 3, 0.5, 0, -1], [2, 3]);
    const [up, down] = [tensor2d(wave(15), [3, 5]), tensor2d(wave(10), [5, 2])];
    const [upBias, downBias] = [tensor1d(wave(5)), tensor1d(wave(2))];
    const before = memory().numTensors;
    const y = feedForward(x, { up, upBias, down, downBias }, form);
    expect(memory().numTensors).toBe(before + 1);
    toBeAllclose(await y.data(), await linear(gelu(linear(x, up, upBias), form), down, downBias).data());
    const without = linear(gelu(linear(x, up), form), down);
    toBeAllclose(await feedForward(x, { up, down }, form).data(), await without.data());
  });

  test.each(['erf', 'tanh'] as const)('gradient agrees with finite differences, form %s', async (form) => {
    await expectGradient(
      ([x, ...weights]) => feedForward(x as Tensor2D, weightsOf(weights), form),
      [[3, 4], [4, 6], [6], [6, 4], [4]],
    );
  });

  test('gradient without biases', async () => {
    await expectGradient(
      ([x, up, down]) => feedForward(x as Tensor2D, { up: up as Tensor2D, down: down as Tensor2D }),
      [
        [5, 3],
        [3, 6],
        [6, 2],
      ],
    );
  });

  test('refuses what does not fit', () => {
    expect(() => feedForward(zeros([2, 3]), { up: zeros([2, 3]), down: zeros([3, 1]) })).toThrow('inner shapes');
  });
});
