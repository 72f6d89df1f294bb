// When training refuses to go on: a loss or gradient that is not finite, or a loss that explodes, on every engine.
import type { Batch } from '@hornbook/datasets';
import { crossEntropy, embedding, hostInput } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { describeEngines, toBeAllclose } from '@hornbook/testing';
import {
  add,
  dispose,
  mean,
  memory,
  mul,
  reshape,
  type Scalar,
  sqrt,
  square,
  sum,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  tensor2d,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { TensorBatch } from './evaluate.ts';
import { LossError } from './loss-error.ts';
import { sgd } from './sgd.ts';
import { type TrainingEvent, type TrainOptions, train } from './train.ts';
import { trainable } from './trainable.ts';

type Bigram = { readonly table: Tensor2D };

function loss({ table }: Bigram, { inputs, targets }: TensorBatch): Scalar {
  const logits = reshape(embedding(table, inputs), [-1, table.shape[1]]) as Tensor2D;
  return mean(crossEntropy(logits, reshape(targets, [-1]) as Tensor1D));
}

const batch: Batch = {
  inputs: { data: Int32Array.of(0, 1, 2, 3), shape: [2, 2] },
  targets: { data: Int32Array.of(1, 2, 3, 0), shape: [2, 2] },
};

const initialize = (): Bigram => trainable({ table: tensor2d(manualSeed(42).normal(16), [4, 4]) });

async function collect(options: Pick<TrainOptions<Bigram>, 'parameters' | 'loss'> & Partial<TrainOptions<Bigram>>) {
  const defaults = { batches: [batch], optimizer: sgd({ learningRate: 0.1 }), steps: 1 };
  const events: TrainingEvent[] = [];
  for await (const event of train({ ...defaults, ...options })) events.push(event);
  return events;
}

const losses = (events: readonly TrainingEvent[]) => events.map(({ loss }) => loss);

describeEngines('training refuses, on', () => {
  test('a loss that is no number stops the loop before it reaches the parameters', async () => {
    const parameters = initialize();
    const before = memory().numTensors;
    let calls = 0;
    const factor = () => {
      calls++;
      return Float32Array.of(calls < 5 ? 1 : calls === 5 ? Number.NaN : Infinity);
    };
    const failing = (p: Bigram, b: TensorBatch): Scalar => mul(loss(p, b), hostInput(factor, []));
    const good: Float32Array[] = [];
    const run = async () => {
      for await (const _ of train({
        parameters,
        loss: failing,
        batches: [batch],
        optimizer: sgd({ learningRate: 1 }),
        steps: 9,
      })) {
        good.push((await parameters.table.data()).slice() as Float32Array);
      }
    };
    const error = await run().catch((caught) => caught);
    expect(error).toBeInstanceOf(LossError);
    expect(error.step).toBe(4);
    expect(error.message).toBe(
      'Expected a finite loss at step 4, got NaN: the parameters are those of the step before. ' +
        "The gradient of 'table' is not finite. " +
        'Lower the learning rate (it was 1) or clip the gradients (clip: 1).',
    );
    expect(good.length).toBe(4);
    expect(await parameters.table.data()).toEqual(good[3]);
    await expect(run()).rejects.toThrow('Expected a finite loss at step 0, got Infinity');
    expect(memory().numTensors).toBe(before);
    dispose(parameters);
  });

  test('with clipping, so does a gradient that is infinite', async () => {
    const parameters = trainable({ table: tensor2d([[0, 1]]) });
    const rooted = ({ table }: Bigram): Scalar => sum(sqrt(table)); // 1, but steep without end at 0
    const error = await collect({ parameters, loss: rooted, clip: 1, steps: 1 }).catch((caught) => caught);
    expect(error).toBeInstanceOf(LossError);
    expect(error.message).toContain('Expected a finite gradient norm at step 0, got Infinity');
    expect(error.parameters).toEqual(['table']);
    const before = memory().numTensors;
    const unclipped = await collect({ parameters, loss: rooted, steps: 1 }).catch((caught) => caught);
    expect(unclipped.message).toContain('Expected a finite gradient at step 0, got Infinity');
    expect(memory().numTensors).toBe(before);
    expect([...(await parameters.table.data())]).toEqual([0, 1]);
  });

  test('a loss that explodes stops the loop, and says whose gradient is the longest', async () => {
    type Pair = { readonly calm: Tensor1D; readonly wild: Tensor1D };
    const parameters = trainable({ calm: tensor1d([1]), wild: tensor1d([1]) });
    const steep = ({ calm, wild }: Pair): Scalar => sum(add(calm, mul(square(wild), 10)));
    const before = memory().numTensors;
    const run = async (explosion?: number) => {
      const values: number[] = [];
      const options = { parameters, loss: steep, batches: [batch], optimizer: sgd({ learningRate: 0.2 }), steps: 9 };
      for await (const { loss } of train<Pair>({ ...options, explosion })) values.push(loss);
      return values;
    };
    const error = await run().catch((caught) => caught); // wild: 1, -3, 9, -27, 81
    expect(error).toBeInstanceOf(LossError);
    expect([error.step, error.parameters]).toEqual([3, ['wild']]);
    expect(error.message).toBe(
      'Expected a loss below 1100 at step 3, got 7290.4: the parameters are those of the step before. ' +
        "The longest gradient is that of 'wild'. Lower the learning rate (it was 0.2) or clip the gradients (clip: 1).",
    );
    toBeAllclose(await parameters.wild.data(), [-27]);
    expect(memory().numTensors).toBe(before);
    expect((await run(Infinity)).length).toBe(9);
    await expect(run(1)).rejects.toThrow('Expected explosion to be above 1, got 1');
    dispose(parameters);
  });

  test('gradients whose squares alone are too large are used', async () => {
    const parameters = trainable({ table: tensor2d([[0, 0]]) });
    const steep = ({ table }: Bigram): Scalar => sum(mul(table, 3e38));
    const events = await collect({ parameters, loss: steep, steps: 1, optimizer: sgd({ learningRate: 2e-38 }) });
    expect(losses(events)).toEqual([0]);
    toBeAllclose(await parameters.table.data(), [-6, -6]);
  });
});
