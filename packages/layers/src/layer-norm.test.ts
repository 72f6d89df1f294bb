// Layer norm against PyTorch, and its gradients.
import { manualSeed } from '@hornbook/random';
import { describeEngines, expectGradient, golden, toBeAllclose } from '@hornbook/testing';
import { dispose, ones, type Tensor1D, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-training.json' with { type: 'json' };
import { dropout } from './dropout.ts';
import { applyLayerNorm, joinAndNorm, joinLast, layerNorm } from './layer-norm.ts';

describeEngines('layer norm', () => {
  test("PyTorch's values", async () => {
    const [{ x, w, b, y }] = fixture.ops.layer_norm;
    const [input, weight, bias] = [
      tensor2d(golden(x) as Float32Array, [3, 7]),
      tensor1d(golden(w) as Float32Array),
      tensor1d(golden(b) as Float32Array),
    ];
    const output = applyLayerNorm({ weight, bias }, input);
    toBeAllclose(await output.data(), golden(y));
    dispose([input, weight, bias, output]);
  });

  test('starts as the plain normalization', async () => {
    const layer = layerNorm(4);
    expect(layerNorm(4, { bias: false }).bias).toBeUndefined();
    const x = tensor2d([1, 3, 1, 3], [1, 4]);
    const output = applyLayerNorm(layer, x);
    toBeAllclose(await output.data(), [-1, 1, -1, 1], { absolute: 1e-5 });
    dispose([x, output, layer.weight, layer.bias]);
  });

  test('gradient, with and without bias', async () => {
    await expectGradient(
      ([x, weight, bias]) => applyLayerNorm({ weight: weight as Tensor1D, bias: bias as Tensor1D | undefined }, x),
      [[2, 3, 8], [8], [8]],
    );
    await expectGradient(([x, weight]) => applyLayerNorm({ weight: weight as Tensor1D }, x), [[2, 3, 8], [8]]);
  });

  test('a branch joins, and the norm of both', async () => {
    const norm = { weight: tensor1d([1, 2, 3, 4]), bias: tensor1d([0, 1, 0, -1]) };
    const [x, branch, sum] = [
      [1, 3, 1, 3],
      [0, 1, 2, 3],
      [1, 4, 3, 6],
    ].map((row) => tensor2d(row, [1, 4]));
    const [joined, normed] = joinAndNorm(norm, x, branch);
    toBeAllclose(await joined.data(), await sum.data());
    toBeAllclose(await normed.data(), await applyLayerNorm(norm, sum).data());
    toBeAllclose(await joinLast(norm, x, branch).data(), await normed.data());
  });

  test('a branch that begins the stream, thinned out', async () => {
    const norm = { weight: ones([8]) as Tensor1D };
    const branch = tensor2d([1, 2, 3, 4, 5, 6, 7, 8], [1, 8]);
    const dropping = () => ({ rate: 0.5, generator: manualSeed(3) });
    const [joined, normed] = joinAndNorm(norm, undefined, branch, dropping());
    const thinned = await dropout(branch, 0.5, manualSeed(3)).data();
    expect(thinned).toContain(0);
    toBeAllclose(await joined.data(), thinned);
    toBeAllclose(await joinLast(norm, undefined, branch, dropping()).data(), await normed.data());
  });
});
