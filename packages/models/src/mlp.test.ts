// Bengio's model against its notebook: scores, gradients and 121 steps of training.
import { countParameters, crossEntropy, namedParameters, sgdUpdate } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { describeEngines, golden, toBeAllclose } from '@hornbook/testing';
import {
  dispose,
  keep,
  mean,
  memory,
  type Scalar,
  slice,
  stack,
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
import fixture from '../../../testing/fixtures/torch-training.json' with { type: 'json' };
import { type MlpParameters, mlp } from './mlp.ts';

const { mlp_seed003: notebook } = fixture;
const config = { vocabSize: 27, contextLength: 3, embedDim: 2, hiddenDim: 100 };
const model = mlp(config);

/** The notebook's first parameters: everything from N(0, 1), the biases too. */
function notebookParameters(): MlpParameters {
  const generator = manualSeed(notebook.seed);
  return {
    embedding: { table: tensor2d(generator.normal(27 * 2), [27, 2]) },
    hidden: { weight: tensor2d(generator.normal(6 * 100), [6, 100]), bias: tensor1d(generator.normal(100)) },
    output: { weight: tensor2d(generator.normal(100 * 27), [100, 27]), bias: tensor1d(generator.normal(27)) },
  };
}

const contexts = () => tensor2d(Int32Array.from(golden(notebook.X)), [32, 3], 'int32');
const targets = () => tensor1d(Int32Array.from(golden(notebook.Y)), 'int32');

function loss(parameters: MlpParameters, ids: Tensor2D, next: Tensor1D): Scalar {
  return mean(crossEntropy(model.forward(parameters, ids) as Tensor2D, next));
}

describeEngines('mlp', () => {
  test("the notebook's first scores, loss and gradients", async () => {
    const before = memory().numTensors;
    const parameters = notebookParameters();
    const leaves = namedParameters(parameters);
    const { firstRow, value, grads } = tidy(() => {
      const ids = contexts();
      const firstRow = slice(model.forward(parameters, ids), [0, 0], [1, 27]);
      const next = targets();
      return { firstRow, ...valueAndGrads(() => loss(parameters, ids, next))(Object.values(leaves)) };
    });
    toBeAllclose(await firstRow.data(), golden(notebook.initial_logits_row0), { absolute: 1e-5 });
    toBeAllclose(await value.data(), [17.769712448120117], { absolute: 3 * notebook.spread120[0] + 1e-6, relative: 0 });
    const gradient = Object.fromEntries(Object.keys(leaves).map((path, i) => [path, grads[i]]));
    toBeAllclose(await gradient['embedding.table'].data(), golden(notebook.grad0.C), { absolute: 2e-6 });
    toBeAllclose(await gradient['hidden.bias'].data(), golden(notebook.grad0.b1), { absolute: 1e-6 });
    toBeAllclose(await gradient['output.bias'].data(), golden(notebook.grad0.b2), { absolute: 1e-6 });
    dispose({ parameters, firstRow, value, grads });
    expect(memory().numTensors).toBe(before);
  });

  test("the first 121 steps of the notebook's curve, with a constant number of tensors", async () => {
    const first = notebookParameters();
    const parameters = {
      embedding: { table: variable(first.embedding.table) },
      hidden: { weight: variable(first.hidden.weight), bias: variable(first.hidden.bias as Tensor) },
      output: { weight: variable(first.output.weight), bias: variable(first.output.bias as Tensor) },
    };
    dispose(first);
    const leaves = Object.values(namedParameters(parameters)) as Variable[];
    const ids = contexts();
    const next = targets();
    const losses: Scalar[] = [];
    const before = memory().numTensors;
    for (let step = 0; step <= 120; step++) {
      tidy(() => {
        const { value, grads } = valueAndGrads(() => loss(parameters as MlpParameters, ids, next))(leaves);
        for (const [i, leaf] of leaves.entries()) sgdUpdate(leaf, grads[i], { learningRate: notebook.lr });
        losses.push(keep(value));
      });
      expect(memory().numTensors).toBe(before + losses.length);
    }
    const curve = stack(losses);
    const values = await curve.data();
    const distances = [...values].map((value, step) => Math.abs(value - notebook.first120[step]));
    const tooFar = distances.flatMap((distance, step) =>
      distance <= 3 * notebook.spread120[step] + 1e-6 ? [] : [{ step, distance, spread: notebook.spread120[step] }],
    );
    expect(values.length).toBe(121);
    expect(tooFar).toEqual([]);
    dispose([losses, curve, ids, next, ...leaves]);
  });

  test('a fresh model knows about nothing: ln(27)', async () => {
    const value = tidy(() => loss(model.initialize(manualSeed(1)), contexts(), targets()));
    expect(Math.abs((await value.data())[0] - Math.log(27))).toBeLessThan(0.05);
    value.dispose();
  });

  test('refuses rows of another length', () => {
    tidy(() => {
      const parameters = model.initialize(manualSeed(0));
      expect(() => model.forward(parameters, tensor2d([[1, 2, 3, 4]], [1, 4], 'int32'))).toThrow(
        new RangeError('Expected 3 tokens, got 4: cut or pad each row to 3'),
      );
    });
  });

  test.each([
    [config, 3481],
    [{ ...config, embedDim: 10, hiddenDim: 200 }, 11897],
  ])('%o has %i parameters', (config, count) => {
    tidy(() => {
      expect(mlp(config).parameterCount).toBe(count);
      expect(countParameters(mlp(config).initialize(manualSeed(0)))).toBe(count);
    });
  });
});

describe('configuration', () => {
  test.each(Object.keys(config))('refuses a %s of 0', (name) => {
    expect(() => mlp({ ...config, [name]: 0 })).toThrow(`Expected ${name} to be a whole number above 0, got 0`);
  });
});
