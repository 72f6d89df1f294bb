// The recurrent models against PyTorch, seed for seed, and against themselves when they go on from a state.
import { countParameters, crossEntropy, mapParameters, namedParameters, sgdUpdate } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { describeEngines, type GoldenTensor, golden, toBeAllclose } from '@hornbook/testing';
import {
  concat,
  dispose,
  mean,
  memory,
  reshape,
  type Scalar,
  slice,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
  type Variable,
  valueAndGrads,
  variable,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-recurrent.json' with { type: 'json' };
import { gru, lstm, type RecurrentModel, type RecurrentParameters, rnn } from './recurrent.ts';

const makers = { rnn, gru, lstm };
const { vocabSize, embedDim, hiddenDim, numLayers } = fixture.models.rnn;
const config = { vocabSize, embedDim, hiddenDim, numLayers };

/** The golden batch: ids [batch, time] and targets [batch · time]. */
function batch({ ids, targets }: { ids: GoldenTensor; targets: GoldenTensor }): { ids: Tensor2D; targets: Tensor1D } {
  return {
    ids: tensor2d(Int32Array.from(golden(ids)), ids.shape as [number, number], 'int32'),
    targets: tensor1d(Int32Array.from(golden(targets)), 'int32'),
  };
}

function loss(model: Forward, parameters: RecurrentParameters, ids: Tensor2D, targets: Tensor1D): Scalar {
  return mean(crossEntropy(reshape(model.forward(parameters, ids), [targets.size, vocabSize]) as Tensor2D, targets));
}

/** Row-major [rows, columns] → row-major [columns, rows]; a vector stays as it is. */
function flip(one: GoldenTensor): ArrayLike<number> {
  const values = golden(one);
  const [rows, columns] = one.shape;
  if (columns === undefined) return values;
  return Float32Array.from(values, (_, n) => values[(n % rows) * columns + Math.floor(n / rows)]);
}

describeEngines('recurrent models', (engine) => {
  // A software GPU takes seconds for each kind; the layers' own tests have all three.
  const kinds = engine === 'webgpu' ? (['rnn'] as const) : (['rnn', 'gru', 'lstm'] as const);

  test.each(kinds)("%s: PyTorch's scores, loss and gradients from the same seed", async (kind) => {
    const before = memory().numTensors;
    const expected = fixture.models[kind];
    const model = makers[kind](config);
    const parameters = model.initialize(manualSeed(expected.seed));
    const leaves = namedParameters(parameters);
    const { ids, targets } = batch(expected);
    const logits = tidy(() => model.forward(parameters, ids));
    expect(logits.shape).toEqual([2, 6, vocabSize]);
    toBeAllclose(await logits.data(), golden(expected.logits), { absolute: 2e-6 });
    const { value, grads } = valueAndGrads(() => loss(model, parameters, ids, targets))(Object.values(leaves));
    toBeAllclose(await value.data(), [expected.loss]);
    const gradient = Object.fromEntries(Object.keys(leaves).map((path, i) => [path, grads[i]]));
    toBeAllclose(await gradient['embedding.table'].data(), golden(expected.grads.embedding));
    toBeAllclose(await gradient['layers.0.input.weight'].data(), flip(expected.grads.w_ih_l0));
    toBeAllclose(await gradient['layers.1.hidden.weight'].data(), flip(expected.grads.w_hh_l1));
    toBeAllclose(await gradient['layers.1.hidden.bias'].data(), flip(expected.grads.b_hh_l1));
    toBeAllclose(await gradient['head.weight'].data(), flip(expected.grads.head));
    dispose([Object.values(leaves), ids, targets, logits, value, grads]);
    expect(memory().numTensors).toBe(before);
  });

  test.each(kinds)('%s goes on from its state as if there had been no break', async (kind) => {
    const [whole, parts] = tidy(() => inParts<unknown>(makers[kind](config) as RecurrentModel<unknown>));
    toBeAllclose(await parts.data(), await whole.data());
    dispose([whole, parts]);
  });

  test.each(kinds)('%s learns a row by heart, with a constant number of tensors', async (kind) => {
    const model = makers[kind]({ vocabSize, embedDim: 4, hiddenDim: 8 });
    const parameters = mapParameters(model.initialize(manualSeed(1)), (tensor) => {
      const promoted = variable(tensor);
      tensor.dispose();
      return promoted;
    });
    const leaves = Object.values(namedParameters(parameters)) as Variable[];
    const ids = tensor2d([[1, 2, 3, 1, 2]], [1, 5], 'int32');
    const targets = tensor1d([2, 3, 1, 2, 4], 'int32');
    const before = memory().numTensors;
    const losses: number[] = [];
    for (let step = 0; step < (engine === 'webgpu' ? 2 : 60); step++) {
      const value = tidy(() => {
        const { value, grads } = valueAndGrads(() => loss(model, parameters, ids, targets))(leaves);
        for (const [i, leaf] of leaves.entries()) sgdUpdate(leaf, grads[i], { learningRate: 1 });
        return value;
      });
      losses.push((await value.data())[0]);
      value.dispose();
      expect(memory().numTensors).toBe(before);
    }
    expect(Math.abs(losses[0] - Math.log(vocabSize))).toBeLessThan(0.3);
    expect(losses.at(-1)).toBeLessThan(engine === 'webgpu' ? losses[0] : 0.3);
    dispose([ids, targets, leaves]);
  });
});

describeEngines('recurrent models refuse', () => {
  test('a state of another batch or another depth, ids that are none', () => {
    tidy(() => {
      const model = lstm(config);
      const parameters = model.initialize(manualSeed(0));
      const [one, two] = [tensor2d([[1]], [1, 1], 'int32'), tensor2d([[1], [2]], [2, 1], 'int32')];
      const { state } = model.advance(parameters, one);
      expect(() => model.advance(parameters, two, state)).toThrow('Expected a state of shape [2,5], got [1,5]');
      expect(() => model.advance(parameters, one, state.slice(1))).toThrow(
        new RangeError('Expected a state for each of 2 layers, got 1'),
      );
      expect(() => model.forward(parameters, tensor2d([[1]]))).toThrow('Expected int32 ids, got float32');
    });
  });

  test.each([
    ['rnn', { vocabSize: 27, embedDim: 10, hiddenDim: 64 }, 270 + 64 * (10 + 64 + 2) + 65 * 27],
    ['gru', { vocabSize: 27, embedDim: 10, hiddenDim: 64 }, 270 + 3 * 64 * (10 + 64 + 2) + 65 * 27],
    ['lstm', config, 9 * 4 + 20 * (4 + 5 + 2) + 20 * (5 + 5 + 2) + 6 * 9],
  ] as const)('no parameter uncounted: %s %o', (kind, config, count) => {
    tidy(() => {
      const model = makers[kind](config);
      expect(model.parameterCount).toBe(count);
      expect(countParameters(model.initialize(manualSeed(0)))).toBe(count);
    });
  });
});

describe('configuration', () => {
  test.each(Object.keys(config))('refuses a %s of 0', (name) => {
    expect(() => gru({ ...config, [name]: 0 })).toThrow(`Expected ${name} to be a whole number above 0, got 0`);
  });
});

type Forward = { forward(parameters: RecurrentParameters, ids: Tensor2D): Tensor };

/** The scores of a row of ten, taken whole, and as four, one and five. */
function inParts<State>(model: RecurrentModel<State>): Tensor[] {
  const parameters = model.initialize(manualSeed(3));
  const ids = tensor2d(manualSeed(4).integers(20, 0, vocabSize), [2, 10], 'int32');
  const first = model.advance(parameters, slice(ids, [0, 0], [2, 4]));
  const second = model.advance(parameters, slice(ids, [0, 4], [2, 1]), first.state);
  const third = model.advance(parameters, slice(ids, [0, 5], [2, 5]), second.state);
  return [model.forward(parameters, ids), concat([first.logits, second.logits, third.logits], 1)];
}
