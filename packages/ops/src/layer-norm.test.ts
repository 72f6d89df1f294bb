import { describeEngines, expectGradient, golden, toBeAllclose } from '@hornbook/testing';
import { mul, type Tensor1D, tensor, tensor1d, valueAndGrads } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-training.json' with { type: 'json' };
import { addLayerNorm, layerNorm } from './layer-norm.ts';

// Case 2 has a vector of equal numbers, for which PyTorch itself is 1.3e-4 off the exact value. The numbers of case 3 are
// about 1000, and so is their mean: float32 rounds it by up to 6e-5.
const cases = fixture.ops.layer_norm.map((c, number) => ({ number, ...c, absolute: number < 2 ? 1e-6 : 2e-4 }));

/** The definition, in float64. */
function exact({ x, w, b, eps }: (typeof cases)[number]): number[] {
  const [weight, bias] = [golden(w), golden(b)];
  const width = weight.length;
  const average = (values: number[]) => values.reduce((total, value) => total + value) / width;
  const all = Array.from(golden(x));
  return all.map((value, i) => {
    const row = all.slice(i - (i % width), i - (i % width) + width);
    const variance = average(row.map((other) => (other - average(row)) ** 2));
    return ((value - average(row)) / Math.sqrt(variance + eps)) * weight[i % width] + bias[i % width];
  });
}

describeEngines('layer norm on', () => {
  test.each(cases)('values and gradients as PyTorch, case $number', async (c) => {
    const x = tensor(new Float32Array(golden(c.x)), c.x.shape);
    const dy = tensor(new Float32Array(golden(c.dy)), c.dy.shape);
    const { value, grads } = valueAndGrads((...[x, w, b]) => layerNorm(x, w as Tensor1D, b as Tensor1D, c.eps))(
      [x, tensor1d(new Float32Array(golden(c.w))), tensor1d(new Float32Array(golden(c.b)))],
      dy,
    );
    const { absolute } = c;
    toBeAllclose(await value.data(), exact(c), { absolute: c.number === 3 ? absolute : 1e-6 });
    toBeAllclose(await value.data(), golden(c.y), { absolute });
    toBeAllclose(await grads[0].data(), golden(c.dx), { absolute });
    toBeAllclose(await grads[1].data(), golden(c.dw), { absolute });
    toBeAllclose(await grads[2].data(), golden(c.db), { absolute });
  });

  test('gradient agrees with finite differences, with and without bias', async () => {
    await expectGradient(([x, w, b]) => layerNorm(x, w as Tensor1D, b as Tensor1D), [[2, 3, 8], [8], [8]]);
    await expectGradient(([x, w]) => layerNorm(x, w as Tensor1D), [[3, 8], [8]]);
  });

  test('behind a sum: both, and the gradients of both', async () => {
    const [x, residual] = [tensor([1, 2, 5, 0, 1, 3], [2, 3]), tensor([1, 1, -2, 3, 0, 1], [2, 3])];
    const [weight, bias] = [tensor1d([1, 2, 3]), tensor1d([0.5, 0, -1])];
    const [sum, normalized] = addLayerNorm(x, residual, weight, bias);
    expect([...(await sum.data())]).toEqual([2, 3, 3, 3, 1, 4]);
    toBeAllclose(await normalized.data(), await layerNorm(sum, weight, bias).data());
    const shapes = [[2, 3, 8], [2, 3, 8], [8], [8]];
    await expectGradient(([x, r, w, b]) => mul(...addLayerNorm(x, r, w as Tensor1D, b as Tensor1D)), shapes);
    await expectGradient(([x, r, w]) => addLayerNorm(x, r, w as Tensor1D)[1], shapes.slice(0, 3));
  });
});
