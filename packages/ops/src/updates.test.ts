// The two updates against the rules of PyTorch's optimizers, computed in float64, and the norm that clipping needs.
import { describeEngines, toBeAllclose } from '@hornbook/testing';
import { clone, memory, scalar, tensor1d, tensor2d, tidy, variable, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { adamwRates, adamwUpdates } from './adamw-update.ts';
import { clipFactor, globalNorm } from './global-norm.ts';
import { sgdUpdate, sgdUpdates } from './sgd-update.ts';

const gradients = [
  [0.3, -2, 1e-6],
  [0.1, 3, 0],
  [-0.7, 0.5, 2e-6],
];

describeEngines('updates on', () => {
  test('SGD', async () => {
    const parameter = variable(tensor1d([1, -1, 3]));
    const before = memory().numTensors;
    const gradient = tensor1d([2, 1, 0]);
    sgdUpdate(parameter, gradient, { learningRate: 0.1 });
    gradient.dispose();
    expect(memory().numTensors).toBe(before);
    toBeAllclose(await parameter.data(), [0.8, -1.1, 3]);
  });

  test('SGD with momentum', async () => {
    const share = { parameter: variable(tensor1d([1])), velocity: variable(zeros([1])) };
    const rates = tensor1d([0.1, 0.9]);
    sgdUpdates([{ ...share, gradient: tensor1d([2]) }], rates); // v = 2
    sgdUpdates([{ ...share, gradient: tensor1d([1]) }], rates); // v = 2.8
    toBeAllclose(await share.parameter.data(), [1 - 0.2 - 0.28]);
    toBeAllclose(await share.velocity.data(), [2.8]);
  });

  test('a clone of a parameter keeps its values', async () => {
    const parameter = variable(tensor1d([1]));
    const before = clone(parameter);
    sgdUpdate(parameter, tensor1d([2]), { learningRate: 0.1 });
    expect([...(await before.data())]).toEqual([1]);
    toBeAllclose(await parameter.data(), [0.8]);
  });

  test.each([0, 0.1])('AdamW with a decay of %s', async (weightDecay) => {
    const hyper = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay };
    const p = [1, -1, 3];
    const m = [0, 0, 0];
    const v = [0, 0, 0];
    const parameter = variable(tensor1d(p));
    const share = { parameter, mean: variable(zeros([3])), variance: variable(zeros([3])), decays: weightDecay > 0 };
    const before = memory().numTensors;
    for (const [i, g] of gradients.entries()) {
      const step = i + 1;
      tidy(() => adamwUpdates([{ ...share, gradient: tensor1d(g) }], tensor1d(adamwRates({ ...hyper, step }))));
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
    toBeAllclose(await share.mean.data(), m, { absolute: 0 });
    toBeAllclose(await share.variance.data(), v, { absolute: 0 });
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

  test.each([Number.NaN, Infinity])('the norm of what holds %s is not finite', async (value) => {
    const [norm] = await globalNorm([tensor1d([1, 2]), tensor1d([3, 4, 5, 6, value, 7])]).data();
    expect(Number.isFinite(norm)).toBe(false);
  });

  test('the factor that clips to a norm', async () => {
    const before = memory().numTensors;
    const factor = clipFactor(scalar(5), 1);
    toBeAllclose(await factor.data(), [0.2], { relative: 1e-6 });
    factor.dispose();
    expect(memory().numTensors).toBe(before + 1); // the norm
    expect([...(await clipFactor(scalar(5), 6).data())]).toEqual([1]);
  });

  test('an update with a factor is one with smaller gradients', async () => {
    const rates = tensor1d(
      adamwRates({ learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0, step: 1 }),
    );
    const share = (gradient: number[]) => ({
      parameter: variable(tensor1d([1, 2])),
      mean: variable(zeros([2])),
      variance: variable(zeros([2])),
      gradient: tensor1d(gradient),
      decays: false,
    });
    const [whole, half] = [share([0.5, -1]), share([1, -2])];
    adamwUpdates([whole], rates);
    adamwUpdates([half], rates, { factor: scalar(0.5) });
    for (const name of ['parameter', 'mean', 'variance'] as const) {
      expect(await half[name].data()).toEqual(await whole[name].data());
    }
  });
});
