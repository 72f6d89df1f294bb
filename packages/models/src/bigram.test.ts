// The bigram model against its notebook: loss, gradient and the first steps of training.
import { countParameters, crossEntropy, namedParameters, sgdUpdate } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { describeEngines, golden, toBeAllclose } from '@hornbook/testing';
import {
  cast,
  dispose,
  mean,
  memory,
  reshape,
  type Scalar,
  type Tensor,
  type Tensor2D,
  tensor2d,
  tidy,
  valueAndGrads,
  variable,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-training.json' with { type: 'json' };
import { type BigramParameters, bigram } from './bigram.ts';

const { bigram_seed000: notebook } = fixture;

describeEngines('bigram', () => {
  const model = bigram({ vocabSize: 8 });
  const loss = (parameters: BigramParameters, ids: Tensor2D, targets: Tensor2D): Scalar =>
    mean(crossEntropy(reshape(model.forward(parameters, ids), [-1, 8]), reshape(targets, [-1])));

  test("the notebook's loss and gradient, drawn from its seed", async () => {
    const generator = manualSeed(42);
    const before = memory().numTensors;
    const parameters = model.initialize(generator);
    const inputs = generator.integers(24, 0, 8);
    generator.integers(48, 0, 10); // the notebook draws these in between
    const targets = generator.integers(24, 0, 8);
    const { value, grads } = tidy(() => {
      const ids = tensor2d(inputs, [4, 6], 'int32');
      expect(model.forward(parameters, ids).shape).toEqual([4, 6, 8]);
      const next = tensor2d(targets, [4, 6], 'int32');
      return valueAndGrads(() => loss(parameters, ids, next))([parameters.embedding.table]);
    });
    expect(memory().numTensors - before).toBe(3); // the table, the loss, the gradient
    toBeAllclose(await value.data(), [2.8254377841949463], { absolute: 1e-6, relative: 0 });
    toBeAllclose(await grads[0].data(), golden(notebook.grad0), { absolute: 1e-7, relative: 1e-5 });
    dispose({ parameters, value, grads });
    expect(memory().numTensors).toBe(before);
  });

  test("the first steps of PyTorch's curve, with a constant number of tensors", async () => {
    const { table: first } = model.initialize(manualSeed(42)).embedding;
    const table = variable(first);
    first.dispose();
    const [ids, targets] = [notebook.idx, notebook.idy].map((rows) =>
      tensor2d(Int32Array.from(golden(rows)), [4, 6], 'int32'),
    );
    const before = memory().numTensors;
    for (let step = 0; step < 10; step++) {
      const value = tidy(() => {
        const { value, grads } = valueAndGrads(() =>
          loss({ embedding: { table: table as Tensor as Tensor2D } }, ids, targets),
        )([table]);
        sgdUpdate(table, grads[0], { learningRate: 1 });
        return value;
      });
      toBeAllclose(await value.data(), [notebook.sgd['1.0'].loss[step]], { absolute: 1e-6, relative: 0 });
      value.dispose();
      expect(memory().numTensors).toBe(before);
    }
    dispose([table, ids, targets]);
  });

  test('counts its parameters without making them', () => {
    const parameters = model.initialize(manualSeed(0));
    expect(model.parameterCount).toBe(64);
    expect(countParameters(parameters)).toBe(64);
    expect(Object.keys(namedParameters(parameters))).toEqual(['embedding.table']);
    dispose(parameters);
  });

  test('refuses ids that are no rows of tokens', () => {
    tidy(() => {
      const parameters = model.initialize(manualSeed(0));
      const ids = tensor2d([[1, 2]], [1, 2], 'int32');
      const row = reshape(ids, [2]) as Tensor as Tensor2D;
      expect(() => model.forward(parameters, row)).toThrow('Expected ids of shape [batch, time], got [2]');
      expect(() => model.forward(parameters, cast(ids, 'float32'))).toThrow('Expected int32 ids, got float32');
      expect(() => model.forward(parameters, tensor2d([], [3, 0], 'int32'))).toThrow('Expected at least 1 token');
    });
  });
});

test('refuses an impossible size', () => {
  for (const vocabSize of [0, -1, 2.5, Number.NaN]) {
    expect(() => bigram({ vocabSize })).toThrow(
      new RangeError(`Expected vocabSize to be a whole number above 0, got ${vocabSize}`),
    );
  }
});
