import { describeEngines, expectGradient, golden, toBeAllclose } from '@hornbook/testing';
import { memory, type Tensor1D, type Tensor2D, tensor1d, tensor2d, valueAndGrad } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-training.json' with { type: 'json' };
import { crossEntropy } from './cross-entropy.ts';

// The cases without a reduction; @hornbook/losses takes them all.
const cases = fixture.ops.cross_entropy.filter((c) => c.reduction === 'none');

describeEngines('cross-entropy of each row on', () => {
  test.each(cases)('as PyTorch: $name, label smoothing $label_smoothing', async (c) => {
    const logits = tensor2d(new Float32Array(golden(c.logits)), c.logits.shape as [number, number]);
    const targets = tensor1d(new Int32Array(golden(c.target)), 'int32');
    const options = { ignoreIndex: c.ignore_index, labelSmoothing: c.label_smoothing };
    // A NaN of another row would spread through a sum, so each row's gradient is asked for by dy = 1.
    const { value, grad } = valueAndGrad((x) => crossEntropy(x as Tensor2D, targets, options))(
      logits,
      tensor1d(new Float32Array(c.logits.shape[0]).fill(1)),
    );
    toBeAllclose(await value.data(), golden(c.out));
    toBeAllclose(await grad.data(), golden(c.grad));
  });

  test('gradient agrees with finite differences', async () => {
    const targets = tensor1d([0, 4, -100, 2, 2, 1], 'int32');
    await expectGradient(([x]) => crossEntropy(x as Tensor2D, targets), [[6, 5]]);
    await expectGradient(([x]) => crossEntropy(x as Tensor2D, targets, { labelSmoothing: 0.1 }), [[6, 5]]);
  });

  test('logits of -Infinity mask their classes', async () => {
    const logits = tensor2d([[Number.NEGATIVE_INFINITY, 0, 0, Number.NEGATIVE_INFINITY]]);
    const targets = tensor1d([2], 'int32');
    const { value, grad } = valueAndGrad((x) => crossEntropy(x as Tensor2D, targets))(logits, tensor1d([1]));
    toBeAllclose(await value.data(), [Math.LN2]);
    toBeAllclose(await grad.data(), [0, 0.5, -0.5, 0]);
  });

  test.each([0, 0.1])('what all logits share does not count, label smoothing %s', async (labelSmoothing) => {
    const targets = tensor1d([2], 'int32');
    const [near, far] = [0, 10_000].map((shared) => [0.5, 0, -0.75].map((x) => x + shared));
    const expected = await crossEntropy(tensor2d([near]), targets, { labelSmoothing }).data();
    toBeAllclose(await crossEntropy(tensor2d([far]), targets, { labelSmoothing }).data(), expected);
  });

  test('a target outside the vocabulary makes its own row infinite', async () => {
    const logits = tensor2d([0, 0, 0, 0, 0, 0, 0, 0], [4, 2]);
    const losses = await crossEntropy(logits, tensor1d([2, 1, -1, 1_000_000], 'int32')).data();
    expect([losses[0], losses[2], losses[3]]).toEqual([Infinity, Infinity, Infinity]);
    toBeAllclose([losses[1]], [Math.LN2]);
  });

  test('takes a vocabulary of 50257', async () => {
    const before = memory().numTensors;
    const logits = tensor2d(new Float32Array(2 * 50257), [2, 50257]);
    const targets = tensor1d([50256, 0], 'int32');
    const losses = crossEntropy(logits, targets) as Tensor1D;
    toBeAllclose(await losses.data(), [Math.log(50257), Math.log(50257)]);
    for (const t of [logits, targets, losses]) t.dispose();
    expect(memory().numTensors).toBe(before);
  });

  test('z-loss adds the square of log Σ exp(x)', async () => {
    const logits = tensor2d([1, 2, 0.5, -3, 0, 4], [2, 3]);
    const targets = tensor1d([1, -100], 'int32');
    const normalizer = Math.log(Math.exp(1) + Math.exp(2) + Math.exp(0.5));
    const losses = await crossEntropy(logits, targets, { zLoss: 0.1 }).data();
    toBeAllclose(losses, [normalizer - 2 + 0.1 * normalizer ** 2, 0]);
    const ids = tensor1d([0, 4, -100, 2, 2, 1], 'int32');
    await expectGradient(([x]) => crossEntropy(x as Tensor2D, ids, { zLoss: 0.1, labelSmoothing: 0.2 }), [[6, 5]]);
  });

  test('one number: the sum, or the mean over the rows that count', async () => {
    const logits = tensor2d([1, 2, 0.5, -3, 0, 4, 1, 1, 1], [3, 3]);
    const targets = tensor1d([1, -100, 0], 'int32');
    const [first, , last] = await crossEntropy(logits, targets).data();
    const [sum, mean] = (['sum', 'mean'] as const).map((reduction) => crossEntropy(logits, targets, { reduction }));
    expect([sum.shape, mean.shape]).toEqual([[], []]);
    toBeAllclose(await sum.data(), [first + last]);
    toBeAllclose(await mean.data(), [(first + last) / 2]);
    for (const reduction of ['sum', 'mean'] as const) {
      await expectGradient(([x]) => crossEntropy(x as Tensor2D, targets, { reduction }), [[3, 5]]);
    }
    const none = crossEntropy(logits, tensor1d([-100, -100, -100], 'int32'), { reduction: 'mean' });
    expect([...(await none.data())]).toEqual([Number.NaN]);
  });
});
