// Steps that the engine records and replays against steps made one operation at a time: the same bits, for any number of
// threads, with everything that training knows.
import { useBackend } from '@hornbook/backends';
import { type Batch, loader, windows } from '@hornbook/datasets';
import { crossEntropy } from '@hornbook/losses';
import { bigram, gpt, type Model, mlp } from '@hornbook/models';
import { namedParameters, type ParameterTree } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { toBeAllclose } from '@hornbook/testing';
import { add, backend, clone, memory, scalar } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adam } from './adam.ts';
import { adamw, isMatrix } from './adamw.ts';
import { averaged } from './averaged.ts';
import { evaluate, type Loss } from './evaluate.ts';
import { groups } from './groups.ts';
import { lion } from './lion.ts';
import { muon } from './muon.ts';
import type { Optimizer } from './optimizer.ts';
import { cosineRate } from './schedules.ts';
import { sgd } from './sgd.ts';
import { restoreParameters, storeParameters } from './stored-parameters.ts';
import { type TrainOptions, train } from './train.ts';
import { trainable } from './trainable.ts';

type Setting = {
  readonly model: Model<unknown, ParameterTree>;
  readonly batches: () => Iterable<Batch>;
  readonly optimizer: () => Optimizer;
  readonly options?: Partial<TrainOptions<ParameterTree>>;
};

const ids = manualSeed(3).integers(400, 0, 11);
const rows = (batchSize: number, contextLength: number) => () => {
  const data = windows(ids, { contextLength, stride: 1 });
  return loader(data, { batchSize, shuffle: true, generator: manualSeed(7) });
};
const lastOnly = (batches: () => Iterable<Batch>, length: number) =>
  function* (): Generator<Batch> {
    for (const { inputs, targets } of batches()) {
      const last = targets.data.filter((_, i) => i % length === length - 1);
      yield { inputs, targets: { data: last, shape: [last.length] } };
    }
  };

const sizes = { vocabSize: 11, contextLength: 8, embedDim: 16, numHeads: 2, numLayers: 2, bias: false };
const settings: Record<string, Setting> = {
  'a bigram with AdamW': {
    model: bigram({ vocabSize: 11 }),
    batches: rows(8, 8),
    optimizer: () => adamw({ learningRate: 0.01 }),
  },
  'an MLP with SGD': {
    model: mlp({ vocabSize: 11, contextLength: 3, embedDim: 5, hiddenDim: 256 }),
    batches: () => lastOnly(rows(32, 3), 3)(),
    optimizer: () => sgd({ learningRate: 0.1, momentum: 0.5 }),
  },
  'a GPT with dropout, clipping, accumulation, a schedule and an average': {
    model: gpt({ ...sizes, dropout: 0.2 }),
    batches: rows(6, 8),
    optimizer: () => averaged(adamw({ learningRate: 1e-2, beta2: 0.99, weightDecay: 0.1 })),
    options: { clip: 0.5, accumulate: 2, schedule: cosineRate({ learningRate: 0.01, steps: 12, warmupSteps: 3 }) },
  },
  'a GPT with Muon, Lion and Adam': {
    model: gpt(sizes),
    batches: rows(4, 8),
    optimizer: () =>
      groups(
        [
          { where: (path, { rank }) => rank === 2 && path.includes('blocks'), optimizer: muon({ learningRate: 0.02 }) },
          { where: isMatrix, optimizer: lion({ learningRate: 1e-3 }) },
        ],
        adam({ learningRate: 1e-3 }),
      ),
  },
};

const steps = 12;

let before: number | undefined;
beforeAll(async () => {
  before = (await useBackend('simd')).threads;
});
afterAll(() => useBackend('simd', { threads: before }));

/** The losses and the bytes that a run ends with, and how often the model's JavaScript ran. */
async function run({ model, batches, optimizer, options }: Setting, engine: string, compile: boolean, threads = 1) {
  await useBackend(engine);
  if (engine === 'simd') (backend() as unknown as { threads: number }).threads = threads;
  const before = memory().numTensors;
  const parameters = trainable(model.initialize(manualSeed(1)));
  const rule = optimizer();
  const generator = manualSeed(5);
  let calls = 0;
  const losses: number[] = [];
  const counts = new Set<number>();
  for await (const event of train({
    parameters,
    loss(p, { inputs, targets }) {
      calls++;
      return crossEntropy(model.forward(p, inputs, { generator }), targets);
    },
    batches: batches(),
    optimizer: rule,
    steps,
    compile,
    evaluate: {
      every: 4,
      batches: () => [...batches()].slice(0, 6),
      loss(p, { inputs, targets }) {
        calls++;
        return crossEntropy(model.forward(p, inputs), targets);
      },
    },
    ...options,
  })) {
    losses.push(event.loss, event.gradientNorm ?? 0, event.validationLoss ?? 0);
    counts.add(memory().numTensors);
  }
  const kept = [...(await storeParameters(parameters)), ...(await rule.state()).tensors];
  kept.push(['generator', { dtype: 'F32', shape: [4], data: generator.uniform(4) }]);
  rule.dispose();
  for (const leaf of Object.values(namedParameters(parameters))) leaf.dispose();
  expect(counts.size).toBe(1);
  expect(memory().numTensors).toBe(before);
  return { losses, calls, bytes: kept.map(([path, { data }]) => `${path} ${[...new Uint8Array(data.buffer)]}`) };
}

describe.each(Object.entries(settings))('%s', (_, setting) => {
  test('ends with the same bits, replayed and not, on 1, 2 and 4 threads', async () => {
    const eager = await run(setting, 'simd', false);
    for (const threads of [1, 2, 4]) {
      const replayed = await run(setting, 'simd', true, threads);
      expect(replayed.losses).toEqual(eager.losses);
      expect(replayed.bytes).toEqual(eager.bytes);
      expect(replayed.calls).toBe(3 * (setting.options?.accumulate ?? 1) + 3); // the evaluation has its own three
    }
    const threaded = await run(setting, 'simd', false, 2);
    expect(threaded.losses).toEqual(eager.losses);
    expect(threaded.bytes).toEqual(eager.bytes);
  });

  test('is within 1e-5 of the cpu backend', async () => {
    const [ours, theirs] = [await run(setting, 'simd', true), await run(setting, 'cpu', true)];
    toBeAllclose(ours.losses, theirs.losses, { absolute: 1e-5, relative: 1e-5 });
  });
});

describe('while it is replayed, a run', () => {
  const { model, batches, optimizer } = settings['a bigram with AdamW'];

  test('notices parameters that are given other values, and leaves clones of them alone', async () => {
    const losses: number[][] = [];
    for (const compile of [false, true]) {
      await useBackend('simd');
      const parameters = trainable(model.initialize(manualSeed(1))) as {
        embedding: { table: ReturnType<typeof clone> };
      };
      const start = await storeParameters(parameters);
      const seen: number[] = [];
      const loss: TrainOptions<typeof parameters>['loss'] = (p, { inputs, targets }) =>
        crossEntropy(model.forward(p, inputs), targets);
      let copy: ReturnType<typeof clone> | undefined;
      let values: Float32Array | undefined;
      for await (const event of train({
        parameters,
        loss,
        batches: batches(),
        optimizer: optimizer(),
        steps: 20,
        compile,
      })) {
        seen.push(event.loss);
        if (event.step === 6) {
          copy = clone(parameters.embedding.table);
          values = (await copy.data()).slice() as Float32Array;
        }
        if (event.step === 12) restoreParameters(parameters, start);
      }
      expect(await copy?.data()).toEqual(values);
      losses.push(seen);
    }
    expect(losses[1]).toEqual(losses[0]);
  });

  test('says what is wrong with a batch, and which loss is not finite', async () => {
    const wrong = (i: number): Batch => ({
      inputs: { data: Int32Array.of(1, 2), shape: [1, 2] },
      targets: { data: Int32Array.of(2, i === 7 ? 11 : 3), shape: [1, 2] },
    });
    const failing = run(
      { model, optimizer, batches: () => Array.from({ length: 9 }, (_, i) => wrong(i)) },
      'simd',
      true,
    );
    const complaint = 'Expected targets of at least 0 and below 11 (or -100 where ignored), got 11';
    await expect(failing).rejects.toThrow(complaint);
    const parameters = trainable(model.initialize(manualSeed(1)));
    const held = Array.from({ length: 9 }, (_, i) => wrong(i));
    const loss: Loss<ParameterTree> = (p, { inputs, targets }) => crossEntropy(model.forward(p, inputs), targets);
    const before = memory().numTensors;
    await expect(evaluate({ parameters, loss, batches: held })).rejects.toThrow(complaint);
    expect(memory().numTensors).toBe(before);
    const steep = run({ model, optimizer: () => sgd({ learningRate: 1e38 }), batches }, 'simd', true);
    await expect(steep).rejects.toThrow(/at step \d+, got .*the parameters are those of the step before/);
  });

  test('says once why its steps cannot be replayed', async () => {
    await useBackend('simd');
    const parameters = trainable(model.initialize(manualSeed(1)));
    let calls = 0; // a number from JavaScript that is another at every step
    const loss: Loss<ParameterTree> = (p, { inputs, targets }) =>
      add(crossEntropy(model.forward(p, inputs), targets), scalar(++calls));
    const told: (string | undefined)[] = [];
    for await (const { eager } of train({ parameters, loss, batches: batches(), optimizer: optimizer(), steps: 8 })) {
      told.push(eager);
    }
    expect(told.filter((reason) => reason !== undefined)).toEqual([
      'Expected the same numbers from JavaScript at every step, got others: make them inputs or hostInputs',
    ]);
    const asked = train({ parameters, loss, batches: batches(), optimizer: optimizer(), steps: 8, compile: false });
    for await (const event of asked) expect(event).not.toHaveProperty('eager');
  });

  test('takes batches of other shapes', async () => {
    const mixed = () =>
      Array.from({ length: 30 }, (_, i) => {
        const length = 1 + (i % 3);
        return [...rows(2, length)()][i % 5];
      });
    const [eager, replayed] = [
      await run({ model, optimizer, batches: mixed, options: { steps: 30 } }, 'simd', false),
      await run({ model, optimizer, batches: mixed, options: { steps: 30 } }, 'simd', true),
    ];
    expect(replayed.losses).toEqual(eager.losses);
    expect(replayed.calls).toBeLessThan(eager.calls);
  });
});
