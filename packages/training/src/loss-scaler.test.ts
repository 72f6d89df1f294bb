// Loss scaling: the rule of PyTorch's GradScaler, the same bits as without, steps that are skipped, and runs that go on.
import type { Batch } from '@hornbook/datasets';
import { crossEntropy, embedding } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { describeEngines } from '@hornbook/testing';
import {
  add,
  dispose,
  log,
  mean,
  memory,
  mul,
  reshape,
  type Scalar,
  sqrt,
  sub,
  sum,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  tensor2d,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { adamw } from './adamw.ts';
import type { TensorBatch } from './evaluate.ts';
import { LossError } from './loss-error.ts';
import { lossScaler } from './loss-scaler.ts';
import { type TrainingEvent, type TrainOptions, train } from './train.ts';
import { trainable } from './trainable.ts';

describe('a loss scaler', () => {
  test('falls with each overflow, and rises after the interval without one', () => {
    const scaler = lossScaler({ scale: 8, growthInterval: 3 });
    const scales = [true, true, true, true, false, true, true, false, false, true, true, true].map((finite) => {
      expect(scaler.update(finite)).toBe(true);
      return scaler.scale;
    });
    expect(scales).toEqual([8, 8, 16, 16, 8, 8, 8, 4, 2, 2, 2, 4]); // torch.amp.GradScaler(init_scale=8, growth_interval=3)
    expect(scaler.skipped).toBe(3);
  });

  test('gives up below its floor', () => {
    const scaler = lossScaler({ scale: 4, floor: 2 });
    expect([scaler.update(false), scaler.update(false), scaler.scale]).toEqual([true, false, 2]);
  });

  test('goes on from its state', () => {
    const scaler = lossScaler({ scale: 8, growthInterval: 3 });
    for (const finite of [false, true, true]) scaler.update(finite);
    const other = lossScaler({ growthInterval: 3 });
    other.restore(JSON.parse(JSON.stringify(scaler.state())));
    for (const each of [scaler, other]) each.update(true);
    expect(other.state()).toEqual(scaler.state());
    expect(other.state()).toEqual({ scale: 8, steady: 0, skipped: 1 });
    expect(() => other.restore({} as never)).toThrow(TypeError);
    expect(() => other.restore({ scale: 8, steady: -1, skipped: 0 })).toThrow('Expected the state of a loss scaler');
  });

  test('refuses options that cannot be', () => {
    expect(lossScaler().scale).toBe(65536);
    expect(() => lossScaler({ scale: 0.5 })).toThrow('Expected scale to be from 1 (floor) to 2^100, got 0.5');
    expect(() => lossScaler({ backoff: 1 })).toThrow('Expected backoff');
    expect(() => lossScaler({ growth: 0.5 })).toThrow('Expected growth to be 1 or more, got 0.5');
    expect(() => lossScaler({ growthInterval: 0 })).toThrow('Expected growthInterval');
    expect(() => lossScaler({ floor: 0 })).toThrow('Expected floor to be above 0, got 0');
  });
});

type Bigram = { readonly table: Tensor2D };

const draw = manualSeed(5);
const batches: Batch[] = Array.from({ length: 4 }, () => {
  const ids = () => ({ data: draw.integers(6, 0, 8), shape: [1, 6] });
  return { inputs: ids(), targets: ids() };
});

function loss({ table }: Bigram, { inputs, targets }: TensorBatch): Scalar {
  const logits = reshape(embedding(table, inputs), [-1, 8]) as Tensor2D;
  return mean(crossEntropy(logits, reshape(targets, [-1]) as Tensor1D));
}

/** The same loss and the same gradients, which overflow on their way back at a scale of 2^88 and more. */
const steep = (tree: Bigram, batch: TensorBatch): Scalar => mul(mul(loss(tree, batch), 2 ** -40), 2 ** 40);

/** The events of a run, and the parameters at its end. */
async function run(options: Partial<TrainOptions<Bigram>> = {}) {
  const parameters = trainable({ table: tensor2d(manualSeed(42).normal(64), [8, 8]) });
  const optimizer = adamw({ learningRate: 0.1 });
  const events: TrainingEvent[] = [];
  const defaults = { parameters, loss, batches, optimizer, steps: 6 };
  for await (const event of train({ ...defaults, ...options })) events.push(event);
  const values = [...(await parameters.table.data())];
  optimizer.dispose();
  dispose(parameters.table);
  return { events, values, losses: events.map(({ loss }) => loss) };
}

describeEngines('training with a scaled loss on', () => {
  test('gives the same bits: clipped, accumulated, and as it is', async () => {
    for (const options of [{}, { clip: 0.2 }, { accumulate: 2, clip: 0.2, steps: 3 }]) {
      const [plain, scaled] = [await run(options), await run({ ...options, scaler: lossScaler() })];
      expect(scaled.losses).toEqual(plain.losses);
      expect(scaled.values).toEqual(plain.values);
      expect(scaled.events.map(({ gradientNorm }) => gradientNorm)).toEqual(
        plain.events.map(({ gradientNorm }) => gradientNorm),
      );
      expect(scaled.events[0]).toMatchObject({ lossScale: 65536, skipped: 0 });
      expect(plain.events[0].lossScale).toBeUndefined();
    }
  });

  test('leaves steps out that overflow, tries a smaller scale, and is replayed as it is recorded', async () => {
    const make = () => lossScaler({ scale: 2 ** 100, backoff: 2 ** -40, growth: 2 ** 30, growthInterval: 4 });
    const scaler = make();
    const before = memory().numTensors;
    const { events, values } = await run({ scaler, loss: steep, steps: 10, clip: 1 });
    expect(memory().numTensors).toBe(before);
    const scales = [100, 60, 60, 60, 60, 90, 50, 50, 50, 50].map((power) => 2 ** power);
    expect(events.map(({ lossScale }) => lossScale)).toEqual(scales);
    expect(events.map(({ skipped }) => skipped)).toEqual([1, 1, 1, 1, 1, 2, 2, 2, 2, 2]);
    expect(events.map(({ gradientNorm }) => gradientNorm !== undefined)).toEqual(
      [0, 1, 1, 1, 1, 0, 1, 1, 1, 1].map(Boolean),
    );
    // As if the batches of the skipped steps had never come.
    const left = [1, 2, 3, 0, 2, 3, 0, 1].map((i) => batches[i]);
    expect((await run({ batches: left, steps: 8, clip: 1 })).values).toEqual(values);
    // Step by step, without a recording.
    expect((await run({ scaler: make(), loss: steep, steps: 10, clip: 1, compile: false })).values).toEqual(values);
  });

  test('a run in two halves is the run in one', async () => {
    const make = () => lossScaler({ scale: 2 ** 100, backoff: 2 ** -40, growth: 2 ** 30, growthInterval: 3 });
    const whole = await run({ scaler: make(), loss: steep, steps: 8 });
    expect(whole.events.at(-1)?.skipped).toBe(2);
    const parameters = trainable({ table: tensor2d(manualSeed(42).normal(64), [8, 8]) });
    const optimizer = adamw({ learningRate: 0.1 });
    const [first, second] = [make(), make()];
    const half = { parameters, optimizer, loss: steep };
    for await (const _ of train({ ...half, batches, steps: 4, scaler: first }));
    second.restore(first.state());
    for await (const _ of train({ ...half, batches, startStep: 4, steps: 8, scaler: second }));
    expect([...(await parameters.table.data())]).toEqual(whole.values);
    optimizer.dispose();
    dispose(parameters.table);
  });

  test('a gradient that no scale makes finite is an error, and so at once is such a loss', async () => {
    const parameters = trainable({ x: tensor1d([0, 1]) });
    const infinite = (tree: typeof parameters) => sum(sqrt(tree.x)) as Scalar; // its slope at 0 is infinite
    const optimizer = adamw({ learningRate: 0.1 });
    const scaler = lossScaler({ scale: 4 });
    const options = { parameters, batches, optimizer, steps: 9, scaler };
    const skipped: (number | undefined)[] = [];
    const training = (async () => {
      for await (const event of train({ ...options, loss: infinite })) skipped.push(event.skipped);
    })();
    await expect(training).rejects.toThrow(LossError);
    await expect(training).rejects.toThrow('Expected a finite gradient at step 2, got');
    expect(skipped).toEqual([1, 2]);
    const nan = (tree: typeof parameters) => sum(add(log(sub(tree.x, 2)), mul(tree.x, 0))) as Scalar;
    await expect(train({ ...options, scaler: lossScaler(), loss: nan }).next()).rejects.toThrow(
      'Expected a finite loss at step 0',
    );
    expect([...(await parameters.x.data())]).toEqual([0, 1]);
    optimizer.dispose();
    dispose(parameters.x);
  });

  test('half precision is refused where the engine has none', async () => {
    await expect(run({ precision: 'half' })).rejects.toThrow(/Expected .* for half precision, got /);
  });
});
