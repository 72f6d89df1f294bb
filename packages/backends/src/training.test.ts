// Training on every engine: a bigram's embedding follows PyTorch's losses, and no tensor is left behind.
import { describeEngines, type GoldenTensor, golden, toBeAllclose } from '@hornbook/testing';
import {
  gather,
  logSumExp,
  mean,
  memory,
  mul,
  oneHot,
  type Scalar,
  sub,
  sum,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
  valueAndGrad,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import random from '../../../testing/fixtures/torch-random.json' with { type: 'json' };
import training from '../../../testing/fixtures/torch-training.json' with { type: 'json' };

const { idx, idy, grad0, sgd } = training.bigram_seed000;
const table = random.cases.find(
  ({ op, seed, args }) => op === 'nn.Embedding' && seed === 42 && 'num' in args && args.num === 8,
);

describeEngines('an embedding, its logits and their cross-entropy on', () => {
  for (const learningRate of ['0.1', '1.0'] as const) {
    test(`follow PyTorch step by step at a learning rate of ${learningRate}`, async () => {
      const golden0 = sgd[learningRate];
      const ids = tensor1d(Array.from(golden(idx)), 'int32');
      const targets = oneHot(tensor1d(Array.from(golden(idy)), 'int32'), 8);
      const step = valueAndGrad((weights: Tensor2D): Scalar => {
        const logits = gather(weights, ids);
        return mean(sub(logSumExp(logits, 1), sum(mul(logits, targets), 1)));
      });
      let weights = tensor2d(Array.from(golden(table?.out as GoldenTensor)), [8, 8]);

      const losses: number[] = [];
      const counts: number[] = [];
      for (let i = 0; i < golden0.loss.length; i++) {
        const { value, grad } = step(weights);
        if (i === 0) toBeAllclose(await grad.data(), golden(grad0), { absolute: 1e-7, relative: 1e-5 });
        const better = tidy(() => sub(weights, mul(grad, Number(learningRate))) as Tensor2D);
        losses.push((await value.data())[0]);
        value.dispose();
        grad.dispose();
        weights.dispose();
        weights = better;
        counts.push(memory().numTensors);
      }
      toBeAllclose(losses, golden0.loss, { absolute: 2e-6, relative: 1e-6 });
      toBeAllclose(await weights.data(), golden(golden0.final_weight), { absolute: 2e-6, relative: 1e-5 });
      expect(new Set(counts).size).toBe(1);
    });
  }
});
