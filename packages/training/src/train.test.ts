// The training loop on a bigram table: PyTorch's curve, events, evaluation, abort, errors, and no tensor left behind.
import type { Batch } from '@hornbook/datasets';
import { crossEntropy as meanCrossEntropy } from '@hornbook/losses';
import { crossEntropy, embedding } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { describeEngines, golden, toBeAllclose } from '@hornbook/testing';
import {
  dispose,
  equal,
  mean,
  memory,
  reshape,
  type Scalar,
  scalar,
  type Tensor1D,
  type Tensor2D,
  tensor2d,
  where,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-training.json' with { type: 'json' };
import { adamw } from './adamw.ts';
import { evaluate, type TensorBatch } from './evaluate.ts';
import type { Optimizer } from './optimizer.ts';
import { sgd } from './sgd.ts';
import { type TrainingEvent, type TrainOptions, train } from './train.ts';
import { trainable } from './trainable.ts';

type Bigram = { readonly table: Tensor2D };

/** The mean cross-entropy of the next id, given the last: inputs [batch, time], targets [batch, time]. */
function loss({ table }: Bigram, { inputs, targets }: TensorBatch): Scalar {
  const logits = reshape(embedding(table, inputs), [-1, table.shape[1]]) as Tensor2D;
  return mean(crossEntropy(logits, reshape(targets, [-1]) as Tensor1D));
}

const { bigram_seed000: bigram } = fixture;
const batch: Batch = {
  inputs: { data: golden(bigram.idx) as Int32Array, shape: bigram.idx.shape },
  targets: { data: golden(bigram.idy) as Int32Array, shape: bigram.idy.shape },
};

const initialize = (): Bigram => trainable({ table: tensor2d(manualSeed(42).normal(64), [8, 8]) });

async function collect(options: Partial<TrainOptions<Bigram>> = {}): Promise<TrainingEvent[]> {
  const parameters = options.parameters ?? initialize();
  const defaults = { parameters, loss, batches: [batch], optimizer: sgd({ learningRate: 0.1 }), steps: 3 };
  const events: TrainingEvent[] = [];
  for await (const event of train({ ...defaults, ...options })) events.push(event);
  if (!options.parameters) dispose(parameters);
  return events;
}

const losses = (events: readonly TrainingEvent[]) => events.map(({ loss }) => loss);

describeEngines('train on', (engine) => {
  test.each([
    [0.1, bigram.sgd['0.1']],
    [1, bigram.sgd['1.0']],
  ])("PyTorch's curve at rate %d", async (learningRate, expected) => {
    const steps = engine === 'webgpu' ? 12 : expected.loss.length; // a software GPU takes a tenth of a second for each
    const parameters = initialize();
    const events = await collect({ parameters, optimizer: sgd({ learningRate }), steps });
    expect(events.map(({ step }) => step)).toEqual(Array.from({ length: steps }, (_, i) => i));
    toBeAllclose(losses(events), expected.loss.slice(0, steps), { absolute: 2e-6, relative: 0 });
    if (steps === expected.loss.length) {
      toBeAllclose(await parameters.table.data(), golden(expected.final_weight), { absolute: 5e-6 });
    }
    dispose(parameters);
  });

  test('the number of tensors is the same after every step', async () => {
    const parameters = initialize();
    const optimizer = adamw({ learningRate: 0.01 });
    const before = memory().numTensors;
    const counts: number[] = [];
    const validate = { every: 2, batches: () => [batch, batch] };
    const options = { parameters, loss, batches: [batch], optimizer, steps: 8, clip: 1, evaluate: validate };
    for await (const _ of train(options)) counts.push(memory().numTensors - before);
    expect(counts).toEqual(Array(8).fill(2)); // AdamW's two means
    optimizer.dispose();
    expect(memory().numTensors).toBe(before);
  });

  test('events tell the rate, the norm before clipping, and the validation loss after the update', async () => {
    const parameters = initialize();
    const events = await collect({
      parameters,
      steps: 5,
      clip: 0.05,
      schedule: (step) => 0.1 / (step + 1),
      evaluate: { every: 2, batches: () => [batch] },
    });
    toBeAllclose(
      events.map(({ learningRate }) => learningRate),
      [0.1, 0.05, 0.1 / 3, 0.025, 0.02],
    );
    const norm = Math.hypot(...golden(bigram.grad0));
    toBeAllclose([events[0].gradientNorm ?? 0], [norm], { absolute: 1e-6 });
    // After each second step and after the last; on the same batch it is the next step's loss.
    expect(events.map(({ validationLoss }) => validationLoss !== undefined)).toEqual([false, true, false, true, true]);
    toBeAllclose([events[1].validationLoss ?? 0], [events[2].loss]);
    // The first update had the length rate · clip.
    toBeAllclose([events[0].loss - events[1].loss], [0.1 * 0.05 * norm], { absolute: 2e-5 });
  });

  test('an optimizer that takes no factor is given gradients that are clipped already', async () => {
    const { update, takesFactor: _, ...rest } = sgd({ learningRate: 1 });
    const own: Optimizer = { ...rest, update: (parameters, gradients, rate) => update(parameters, gradients, rate) };
    const options = { steps: 3, clip: 0.05 };
    const expected = losses(await collect({ ...options, optimizer: sgd({ learningRate: 1 }) }));
    toBeAllclose(losses(await collect({ ...options, optimizer: own })), expected);
    expect(losses(await collect({ steps: 3, optimizer: sgd({ learningRate: 1 }) }))[2]).toBeLessThan(
      expected[2] - 0.01,
    );
  });

  test('a run in two halves is the run in one', async () => {
    const schedule = (step: number) => 0.1 + step / 100;
    const whole = losses(await collect({ steps: 6, schedule }));
    const parameters = initialize();
    const first = await collect({ parameters, steps: 4, schedule });
    const second = await collect({ parameters, steps: 6, startStep: 4, schedule });
    expect(second.map(({ step }) => step)).toEqual([4, 5]);
    expect(losses([...first, ...second])).toEqual(whole);
    expect(await collect({ steps: 6, startStep: 6 })).toEqual([]);
  });

  test('accumulated batches are one large batch, though they be of different sizes', async () => {
    const part = (from: number, to: number, ignored = 0): Batch => ({
      inputs: { data: batch.inputs.data.slice(from, to), shape: [1, to - from] },
      targets: { data: batch.targets.data.slice(from, to).fill(-100, 0, ignored), shape: [1, to - from] },
    });
    const whole = {
      ...part(0, 24),
      targets: { ...part(0, 24).targets, data: batch.targets.data.slice(0, 24).fill(-100, 6, 9) },
    };
    const parts = [part(0, 4), part(4, 6), part(6, 9, 3), part(9, 24)]; // the third has no target at all
    const overTargets = ({ table }: Bigram, { inputs, targets }: TensorBatch): Scalar =>
      meanCrossEntropy(embedding(table, inputs), targets);
    const steps = engine === 'webgpu' ? 1 : 3;
    const options = { steps, clip: 0.05, loss: overTargets };
    const [one, four] = [initialize(), initialize()];
    const make = () => adamw({ learningRate: 0.1 });
    const before = memory().numTensors;
    const large = await collect({ ...options, parameters: one, batches: [whole], optimizer: make() });
    const counts: number[] = [];
    const small = await collect({
      ...options,
      parameters: four,
      batches: parts,
      accumulate: 4,
      optimizer: make(),
      evaluate: {
        every: 1,
        batches: () => {
          counts.push(memory().numTensors);
          return [batch];
        },
      },
    });
    expect(counts).toEqual(Array(steps).fill(before + 4)); // the two optimizers' means
    toBeAllclose(losses(small), losses(large), { absolute: 1e-6, relative: 0 });
    toBeAllclose(
      small.map(({ gradientNorm = 0 }) => gradientNorm),
      large.map(({ gradientNorm = 1 }) => gradientNorm),
      { absolute: 1e-6, relative: 0 },
    );
    toBeAllclose(await four.table.data(), await one.table.data(), { absolute: 1e-6, relative: 0 });
    await expect(collect({ steps: 1, accumulate: 0 })).rejects.toThrow(
      new RangeError('Expected accumulate to be a whole number above 0, got 0'),
    );
    // Too few for one step: a generator, which cannot begin again, ends for good.
    const short = (function* () {
      yield* [batch, batch, batch];
    })();
    await expect(collect({ steps: 2, accumulate: 2, batches: short })).rejects.toThrow('for 2 steps, got 1');
  });

  test('documents of packed batches reach the loss, when training and when judging', async () => {
    const row = (place: number): Batch => ({
      inputs: { data: batch.inputs.data.slice(4 * place, 4 * place + 4), shape: [1, 4] },
      targets: { data: batch.targets.data.slice(4 * place, 4 * place + 4), shape: [1, 4] },
      documents: { data: Int32Array.of(0, 0, 1, 2), shape: [1, 4] },
    });
    const firstOnly = ({ table }: Bigram, { inputs, targets, documents }: TensorBatch): Scalar => {
      const of0 = documents && (equal(documents, 0) as Tensor2D);
      return meanCrossEntropy(embedding(table, inputs), of0 ? where(of0, targets, scalar(-100, 'int32')) : targets);
    };
    /** The same targets, ignored by hand. */
    const cut = ({ inputs, targets }: Batch): Batch => ({
      inputs,
      targets: { ...targets, data: targets.data.slice().fill(-100, 2) },
    });
    const [documented, plain] = [initialize(), initialize()];
    const optimizer = () => sgd({ learningRate: 1 });
    const options = { loss: firstOnly, steps: 3, accumulate: 2 };
    const batches = [row(0), row(1), row(2)];
    const expected = await collect({
      ...options,
      parameters: plain,
      batches: batches.map(cut),
      optimizer: optimizer(),
    });
    const actual = await collect({ ...options, parameters: documented, batches, optimizer: optimizer() });
    toBeAllclose(losses(actual), losses(expected));
    toBeAllclose(await documented.table.data(), await plain.table.data());
    const judged = await evaluate({ parameters: documented, loss: firstOnly, batches: [row(0)] });
    toBeAllclose(
      [judged ?? 0],
      [(await evaluate({ parameters: plain, loss: firstOnly, batches: [cut(row(0))] })) ?? 1],
    );
    await expect(collect({ loss: firstOnly, steps: 2, batches: [row(0), cut(row(1))] })).rejects.toThrow(
      new TypeError('Expected documents in all batches or in none, got some of both: train on them apart'),
    );
    dispose([documented.table, plain.table]);
  });

  test('aborting ends the loop after the step, without an error', async () => {
    const controller = new AbortController();
    const events: TrainingEvent[] = [];
    const parameters = initialize();
    const options = { parameters, loss, batches: [batch], optimizer: sgd({ learningRate: 0.1 }), steps: 1e6 };
    for await (const event of train({ ...options, signal: controller.signal })) {
      events.push(event);
      if (events.length === 3) controller.abort();
    }
    expect(events.length).toBe(3);
    // The third update was made: the parameters are those of an unbroken run of three.
    const unbroken = initialize();
    await collect({ parameters: unbroken, steps: 3 });
    expect(await parameters.table.data()).toEqual(await unbroken.table.data());
    expect(await collect({ signal: AbortSignal.abort() })).toEqual([]);
  });

  test('lets timers run', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    const events = await collect({ steps: 1e6, signal: controller.signal });
    expect(events.length).toBeLessThan(1e6);
    expect(events.length).toBeGreaterThan(0);
  });

  test('breaking off closes the batches', async () => {
    let closed = false;
    function* endless() {
      try {
        for (;;) yield batch;
      } finally {
        closed = true;
      }
    }
    const parameters = initialize();
    for await (const _ of train({
      parameters,
      loss,
      batches: endless(),
      optimizer: sgd({ learningRate: 1 }),
      steps: 9,
    }))
      break;
    expect(closed).toBe(true);
  });

  test('batches that end for good, and options out of range', async () => {
    const once = (function* () {
      yield batch;
    })();
    await expect(collect({ batches: once })).rejects.toThrow(
      new RangeError('Expected batches for 3 steps, got 1: pass an iterable that can begin again, such as a loader'),
    );
    await expect(collect({ steps: -1 })).rejects.toThrow(RangeError);
    await expect(collect({ startStep: 0.5 })).rejects.toThrow('Expected startStep');
    await expect(collect({ clip: 0 })).rejects.toThrow('Expected clip to be above 0, got 0');
    await expect(collect({ evaluate: { every: 0, batches: () => [batch] } })).rejects.toThrow('evaluate.every');
    await expect(collect({ parameters: { table: tensor2d([[1]]) } })).rejects.toThrow(
      new TypeError("Expected a variable at 'table', got a tensor: call trainable(parameters) first"),
    );
  });

  test('evaluation weighs batches by their targets', async () => {
    const parameters = initialize();
    const half = (from: number, to: number): Batch => ({
      inputs: { data: batch.inputs.data.slice(from, to), shape: [1, to - from] },
      targets: { data: batch.targets.data.slice(from, to), shape: [1, to - from] },
    });
    const before = memory().numTensors;
    const parts = [half(0, 4), half(4, 24), { ...half(0, 1), targets: { data: Int32Array.of(-100), shape: [1, 1] } }];
    toBeAllclose([(await evaluate({ parameters, loss, batches: parts })) ?? 0], [bigram.sgd['0.1'].loss[0]]);
    expect(await evaluate({ parameters, loss, batches: parts, signal: AbortSignal.abort() })).toBeUndefined();
    await expect(evaluate({ parameters, loss, batches: [] })).rejects.toThrow('Expected at least one target');
    expect(memory().numTensors).toBe(before);
  });
});
