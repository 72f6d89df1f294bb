// RMS norm against PyTorch, and its gradients.
import { describeEngines, expectGradient, golden, toBeAllclose } from '@hornbook/testing';
import { dispose, type Tensor1D, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-training.json' with { type: 'json' };
import { applyRmsNorm, joinAndRmsNorm, joinLastRms, rmsNorm } from './rms-norm.ts';

describeEngines('rms norm', () => {
  test("PyTorch's values", async () => {
    const [{ x, w, y }] = fixture.ops.rms_norm;
    const [input, weight] = [tensor2d(golden(x) as Float32Array, [3, 7]), tensor1d(golden(w) as Float32Array)];
    const output = applyRmsNorm({ weight }, input);
    toBeAllclose(await output.data(), golden(y));
    dispose([input, weight, output]);
  });

  test('starts as the plain normalization', async () => {
    const layer = rmsNorm(2);
    const x = tensor2d([3, 4], [1, 2]);
    const output = applyRmsNorm(layer, x);
    toBeAllclose(await output.data(), [0.848528, 1.131371], { absolute: 2e-6 });
    dispose([x, output, layer.weight]);
  });

  test('a branch joins, and the norm of both', async () => {
    const norm = { weight: tensor1d([1, 2]) };
    const [x, branch] = [tensor2d([1, 3], [1, 2]), tensor2d([2, 1], [1, 2])];
    const [joined, normed] = joinAndRmsNorm(norm, x, branch);
    expect([...(await joined.data())]).toEqual([3, 4]);
    toBeAllclose(await normed.data(), [0.848528, 2 * 1.131371], { absolute: 4e-6 });
    toBeAllclose(await joinLastRms(norm, x, branch).data(), await normed.data());
  });

  test('gradient', async () => {
    await expectGradient(([x, weight]) => applyRmsNorm({ weight: weight as Tensor1D }, x), [[2, 3, 8], [8]]);
  });
});
