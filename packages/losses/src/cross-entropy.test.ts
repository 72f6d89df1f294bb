import { describeEngines, expectGradient, golden, toBeAllclose } from '@hornbook/testing';
import {
  memory,
  ones,
  type Tensor,
  tensor,
  tensor1d,
  tidy,
  transpose,
  valueAndGrad,
  zeros,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-training.json' with { type: 'json' };
import { crossEntropy } from './cross-entropy.ts';
import type { Reduction } from './index.ts';

const cases = fixture.ops.cross_entropy.map((c, number) => ({ number, ...c }));

/** PyTorch has the classes on axis 1, here they come last: [batch, classes, time] → [batch, time, classes]. */
const classesLast = (x: Tensor): Tensor => (x.rank === 3 ? transpose(x, [0, 2, 1]) : x);

describeEngines('cross-entropy on', (engine) => {
  test.each(cases)('as PyTorch: case $number, $name, $reduction, smoothing $label_smoothing', async (c) => {
    const logits = classesLast(tensor(new Float32Array(golden(c.logits)), c.logits.shape));
    const targets = tensor(new Int32Array(golden(c.target)), c.target.shape, 'int32');
    const options = {
      ignoreIndex: c.ignore_index,
      labelSmoothing: c.label_smoothing,
      reduction: c.reduction as Reduction,
    };
    const { value, grad } = valueAndGrad((x) => crossEntropy(x, targets, options))(logits, ones(c.out.shape));
    expect(value.shape).toEqual(c.out.shape);
    toBeAllclose(await value.data(), golden(c.out));
    toBeAllclose(await classesLast(grad).data(), golden(c.grad));
  });

  test.each(['mean', 'sum', 'none'] as const)('%s: gradient agrees with finite differences', async (reduction) => {
    const targets = tensor([1, 0, 3, 2, 2, 0], [2, 3], 'int32');
    await expectGradient(
      ([x]) => crossEntropy(x, targets, { ignoreIndex: 3, labelSmoothing: 0.1, reduction }),
      [[2, 3, 3]],
    );
  });

  test('knowing nothing costs ln(vocabSize)', async () => {
    const loss = crossEntropy(zeros([2, 3, 65]), zeros([2, 3], 'int32'));
    toBeAllclose(await loss.data(), [Math.log(65)]);
  });

  test('no tensors stay behind', () => {
    const logits = zeros([4, 7]);
    const targets = zeros([4], 'int32');
    const before = memory().numTensors;
    tidy(() => {
      valueAndGrad((x) => crossEntropy(x, targets))(logits);
    });
    expect(memory().numTensors).toBe(before);
  });

  test('targets of another shape are refused', () => {
    expect(() => crossEntropy(zeros([2, 3, 5]), zeros([3, 2], 'int32'))).toThrow(
      'Expected targets of shape [2,3] for logits [2,3,5], got [3,2]',
    );
  });

  test.each([5, -1])('a target of %s in a vocabulary of 5 is refused, or makes the loss infinite', async (target) => {
    const loss = () => crossEntropy(zeros([3, 5]), tensor1d([0, target, -100], 'int32'));
    if (engine === 'webgpu') {
      expect([...(await loss().data())]).toEqual([Infinity]);
    } else {
      expect(loss).toThrow(RangeError);
      expect(loss).toThrow(`below 5 (or -100 where ignored), got ${target}`);
    }
  });
});
