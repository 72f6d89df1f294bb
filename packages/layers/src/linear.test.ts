// Linear layers: PyTorch's first values, the product, and its gradients.
import { linearWeights, manualSeed } from '@hornbook/random';
import { describeEngines, expectGradient, type GoldenTensor, golden, toBeAllclose } from '@hornbook/testing';
import { dispose, memory, type Tensor1D, type Tensor2D, tensor1d, tensor2d, tensor3d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-random.json' with { type: 'json' };
import { applyLinear, linear, normalLinear, packedLinear } from './linear.ts';

const exact = { absolute: 0, relative: 0 };

type LinearCase = {
  readonly seed: number;
  readonly args: { readonly in: number; readonly out: number; readonly bias: boolean };
  readonly out: { readonly weight: GoldenTensor; readonly bias: GoldenTensor | null };
  readonly after: string;
};
const cases = fixture.cases.filter((one) => one.op === 'nn.Linear') as unknown as LinearCase[];

/** Row-major [rows, columns] → row-major [columns, rows]. */
function flip(values: ArrayLike<number>, rows: number, columns: number): number[] {
  return Array.from({ length: values.length }, (_, n) => values[(n % rows) * columns + Math.floor(n / rows)]);
}

describeEngines('linear', () => {
  test.each(cases)('starts as nn.Linear: seed $seed, $args', async ({ seed, args, out, after }) => {
    const before = memory().numTensors;
    const generator = manualSeed(seed);
    const layer = linear(generator, args.in, args.out, { bias: args.bias });
    expect(layer.weight.shape).toEqual([args.in, args.out]);
    toBeAllclose(await layer.weight.data(), flip(golden(out.weight), args.out, args.in), exact);
    toBeAllclose((await layer.bias?.data()) ?? [], out.bias ? golden(out.bias) : [], exact);
    toBeAllclose(
      generator.uniform(2),
      after.split(' ').map((text) => Math.fround(Number(text))),
      exact,
    );
    expect(memory().numTensors - before).toBe(args.bias ? 2 : 1);
    dispose(layer);
  });

  test("draws random's linearWeights", async () => {
    const layer = linear(manualSeed(7), 5, 3);
    const { weight, bias } = linearWeights(manualSeed(7), 5, 3);
    toBeAllclose(await layer.weight.data(), flip(weight, 3, 5), exact);
    toBeAllclose(await (layer.bias as Tensor1D).data(), bias as Float32Array, exact);
    dispose(layer);
  });

  test.each([true, false])('side by side as nn.Linear one after the other, bias %s', async (bias) => {
    const generator = manualSeed(7);
    const apart = [4, 2, 3].map((outputs) => linearWeights(generator, 5, outputs, { bias }));
    const layer = packedLinear(manualSeed(7), 5, [4, 2, 3], { bias });
    const rows = apart.flatMap(({ weight }) => [...weight]);
    toBeAllclose(await layer.weight.data(), flip(rows, 9, 5), exact);
    const biases = apart.flatMap(({ bias }) => [...(bias ?? [])]);
    toBeAllclose((await layer.bias?.data()) ?? [], biases, exact);
    dispose(layer);
  });

  test("normal weights are drawn in PyTorch's order, their biases are 0", async () => {
    const layer = normalLinear(manualSeed(7), 4, 6, { std: 0.02 });
    toBeAllclose(await layer.weight.data(), flip(manualSeed(7).normal(24, 0, 0.02), 6, 4), exact);
    toBeAllclose(await (layer.bias as Tensor1D).data(), new Float32Array(6), exact);
    expect(normalLinear(manualSeed(7), 1, 1, { std: 1, bias: false }).bias).toBeUndefined();
    dispose(layer);
  });

  test('weighs and adds', async () => {
    const weight = tensor2d([1, 2, 3, 10, 20, 30], [2, 3]);
    const bias = tensor1d([0.5, 0, -0.5]);
    const x = tensor3d([1, 0, 0, 1, 1, 1, 2, -1], [2, 2, 2]);
    const outputs = [applyLinear({ weight, bias }, x), applyLinear({ weight }, x)];
    expect(outputs[0].shape).toEqual([2, 2, 3]);
    toBeAllclose(await outputs[0].data(), [1.5, 2, 2.5, 10.5, 20, 29.5, 11.5, 22, 32.5, -7.5, -16, -24.5]);
    toBeAllclose(await outputs[1].data(), [1, 2, 3, 10, 20, 30, 11, 22, 33, -8, -16, -24]);
    dispose([weight, bias, x, outputs]);
  });

  test.each([
    ['with bias', [2, 3, 3], [[3, 5], [5]]],
    ['without', [4, 3], [[3, 5]]],
  ])('gradient, %s, for x %j', async (_, shape, parameters) => {
    await expectGradient(
      ([x, weight, bias]) => applyLinear({ weight: weight as Tensor2D, bias: bias as Tensor1D | undefined }, x),
      [shape, ...parameters],
    );
  });
});
