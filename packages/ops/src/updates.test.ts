// The two updates against the rules of PyTorch's optimizers, computed in float64, and the norm that clipping needs.
import { describeEngines, toBeAllclose } from '@hornbook/testing';
import { memory, tensor1d, tensor2d, variable, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { adamwUpdate } from './adamw-update.ts';
import { globalNorm } from './global-norm.ts';
import { sgdUpdate } from './sgd-update.ts';

const gradients = [
  [0.3, -2, 1e-6],
  [0.1, 3, 0],
  [-0.7, 0.5, 2e-6],
];

describeEngines('updates on', () => {
  test('SGD', async () => {
    const parameter = variable(tensor1d([1, -1, 3]));
    sgdUpdate(parameter, tensor1d([2, 1, 0]), { learningRate: 0.1 });
    toBeAllclose(await parameter.data(), [0.8, -1.1, 3]);
  });

  test('SGD with momentum', async () => {
    const parameter = variable(tensor1d([1]));
    const momentum = { factor: 0.9, velocity: variable(zeros([1])) };
    sgdUpdate(parameter, tensor1d([2]), { learningRate: 0.1, momentum }); // v = 2
    sgdUpdate(parameter, tensor1d([1]), { learningRate: 0.1, momentum }); // v = 2.8
    toBeAllclose(await parameter.data(), [1 - 0.2 - 0.28]);
    toBeAllclose(await momentum.velocity.data(), [2.8]);
  });

  test.each([0, 0.1])('AdamW with a decay of %s', async (weightDecay) => {
    const hyper = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay };
    const p = [1, -1, 3];
    const m = [0, 0, 0];
    const v = [0, 0, 0];
    const parameter = variable(tensor1d(p));
    const moments = { mean: variable(zeros([3])), variance: variable(zeros([3])) };
    const before = memory().numTensors;
    for (const [i, g] of gradients.entries()) {
      const step = i + 1;
      const gradient = tensor1d(g);
      adamwUpdate(parameter, gradient, moments, { ...hyper, step });
      gradient.dispose();
      for (let j = 0; j < 3; j++) {
        p[j] *= 1 - 0.01 * weightDecay;
        m[j] = 0.9 * m[j] + 0.1 * g[j];
        v[j] = 0.999 * v[j] + 0.001 * g[j] ** 2;
        const denominator = Math.sqrt(v[j]) / Math.sqrt(1 - 0.999 ** step) + 1e-8;
        p[j] -= (0.01 / (1 - 0.9 ** step)) * (m[j] / denominator);
      }
    }
    expect(memory().numTensors).toBe(before);
    toBeAllclose(await parameter.data(), p);
    toBeAllclose(await moments.mean.data(), m, { absolute: 0 });
    toBeAllclose(await moments.variance.data(), v, { absolute: 0 });
  });

  test('the global norm', async () => {
    const tensors = [tensor1d([3]), tensor2d([[0, 4]]), zeros([2, 2])];
    const before = memory().numTensors;
    const norm = globalNorm(tensors);
    toBeAllclose(await norm.data(), [5]);
    norm.dispose();
    expect(memory().numTensors).toBe(before);
    expect(await globalNorm([]).data()).toEqual(new Float32Array([0]));
    const large = tensor2d(
      Float32Array.from({ length: 1_000_000 }, (_, i) => (i % 10) / 10),
      [1000, 1000],
    );
    toBeAllclose(await globalNorm([large]).data(), [Math.sqrt(285_000)]);
  });
});
