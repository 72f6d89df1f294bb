// Both batch-normalized MLPs against PyTorch: first weights, both modes, statistics and gradients; and training.
import { trackStatistics } from '@hornbook/layers';
import {
  countParameters,
  crossEntropy,
  mapParameters,
  namedParameters,
  type ParameterTree,
  sgdUpdate,
} from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { describeEngines, type GoldenTensor, golden, toBeAllclose } from '@hornbook/testing';
import {
  dispose,
  mean,
  memory,
  type Rank,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
  type Variable,
  valueAndGrads,
  variable,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-recurrent.json' with { type: 'json' };
import { batchNormMlp } from './batch-norm-mlp.ts';
import { hierarchicalMlp } from './hierarchical-mlp.ts';

const makers = { batchNormMlp, hierarchicalMlp };
const all = ['batchNormMlp', 'hierarchicalMlp'] as const;
type Kind = (typeof all)[number];

/** The two models as one type: their parameters are only passed on. */
function make(kind: Kind, config: Parameters<typeof batchNormMlp>[0]): ReturnType<typeof batchNormMlp> {
  return makers[kind](config) as ReturnType<typeof batchNormMlp>;
}

function batch({ ids, targets }: { ids: GoldenTensor; targets: GoldenTensor }): { ids: Tensor2D; targets: Tensor1D } {
  return {
    ids: tensor2d(Int32Array.from(golden(ids)), ids.shape as [number, number], 'int32'),
    targets: tensor1d(Int32Array.from(golden(targets)), 'int32'),
  };
}

/** The tree as variables. */
const promote = <T extends ParameterTree>(tree: T): T =>
  mapParameters(tree, (tensor) => {
    const promoted = variable(tensor);
    tensor.dispose();
    return promoted;
  });
const leavesOf = (tree: ParameterTree) => Object.values(namedParameters(tree));

describeEngines('batch-normalized MLPs', (engine) => {
  const kinds = engine === 'webgpu' ? (['batchNormMlp'] as const) : all; // a software GPU takes seconds for each

  test.each(kinds)("%s: PyTorch's weights, scores, gradients and statistics", async (kind) => {
    const before = memory().numTensors;
    const expected = fixture[kind];
    const { seed, vocabSize, contextLength, embedDim, hiddenDim } = expected;
    const model = make(kind, { vocabSize, contextLength, embedDim, hiddenDim });
    const parameters = model.initialize(manualSeed(seed));
    const first = Object.values(expected.weights as Record<string, GoldenTensor>);
    const leaves = leavesOf(parameters);
    expect(leaves.length).toBe(first.length);
    for (const [i, leaf] of leaves.entries()) {
      toBeAllclose(await leaf.data(), golden(first[i]), { absolute: 0, relative: 3e-7 });
    }

    const { ids, targets } = batch(expected);
    const logits = tidy(() => model.forwardTraining(parameters, ids).logits);
    toBeAllclose(await logits.data(), golden(expected.logits), { absolute: 2e-6 });
    const loss = () => mean(crossEntropy(model.forwardTraining(parameters, ids).logits, targets));
    const { value, grads } = valueAndGrads(loss)(leaves);
    toBeAllclose(await value.data(), [expected.loss]);
    const goldens = Object.values(expected.grads as Record<string, GoldenTensor>);
    for (const [i, gradient] of grads.entries())
      toBeAllclose(await gradient.data(), golden(goldens[i]), { absolute: 5e-6 });

    const statistics = promote(model.initialStatistics());
    tidy(() => trackStatistics(statistics, model.forwardTraining(parameters, ids).statistics));
    expect(statistics.length).toBe(expected.statistics.length);
    for (const [i, one] of statistics.entries()) {
      toBeAllclose(await one.mean.data(), golden(expected.statistics[i].mean));
      toBeAllclose(await one.variance.data(), golden(expected.statistics[i].variance));
    }
    const evaluated = tidy(() => model.forward(parameters, ids, statistics));
    toBeAllclose(await evaluated.data(), golden(expected.evaluation), { absolute: 2e-6 });
    dispose([leaves, leavesOf(statistics), ids, targets, logits, value, grads, evaluated]);
    expect(memory().numTensors).toBe(before);
  });

  test.each(kinds)('%s learns and tracks, with a constant number of tensors', async (kind) => {
    const model = make(kind, { vocabSize: 5, contextLength: 4, embedDim: 3, hiddenDim: 16 });
    const parameters = promote(model.initialize(manualSeed(1)));
    const statistics = promote(model.initialStatistics());
    const leaves = leavesOf(parameters) as Variable[];
    const ids = tensor2d(manualSeed(2).integers(32, 0, 5), [8, 4], 'int32');
    const targets = tensor1d(manualSeed(3).integers(8, 0, 5), 'int32');
    const evaluate = async () => {
      const value = tidy(() => mean(crossEntropy(model.forward(parameters, ids, statistics), targets)));
      const [loss] = await value.data();
      value.dispose();
      return loss;
    };
    const before = memory().numTensors;
    expect(Math.abs((await evaluate()) - Math.log(5))).toBeLessThan(0.1);
    for (let step = 0; step < (engine === 'webgpu' ? 2 : 60); step++) {
      tidy(() => {
        const loss = () => {
          const { logits, statistics: measured } = model.forwardTraining(parameters, ids);
          trackStatistics(statistics, measured);
          return mean(crossEntropy(logits, targets));
        };
        const { grads } = valueAndGrads(loss)(leaves);
        for (const [i, leaf] of leaves.entries()) sgdUpdate(leaf, grads[i], { learningRate: 0.5 });
      });
      expect(memory().numTensors).toBe(before);
    }
    expect(await evaluate()).toBeLessThan(engine === 'webgpu' ? Math.log(5) : 0.2);
    dispose([leaves, leavesOf(statistics), ids, targets]);
  });

  test.each(kinds)('%s: in evaluation rows stand alone, in training they do not', async (kind) => {
    const model = make(kind, { vocabSize: 5, contextLength: 4, embedDim: 3, hiddenDim: 6 });
    const rows = [2, 3].map((count) =>
      manualSeed(2)
        .integers(12, 0, 5)
        .slice(0, 4 * count),
    );
    const read = async (f: (ids: Tensor2D) => Tensor) => {
      const outputs = tidy(() => rows.map((ids) => f(tensor2d(ids, [ids.length / 4, 4], 'int32'))));
      const values = await Promise.all(outputs.map((output) => output.data()));
      dispose(outputs);
      return values.map((row) => row.slice(0, 10)); // the scores of the first two rows
    };
    const [two, three] = await read((ids) =>
      model.forward(model.initialize(manualSeed(1)), ids, model.initialStatistics()),
    );
    toBeAllclose(two, three);
    const [alone, together] = await read((ids) => model.forwardTraining(model.initialize(manualSeed(1)), ids).logits);
    expect(Math.max(...alone.map((value, i) => Math.abs(value - together[i])))).toBeGreaterThan(1e-3);
  });

  test.each(kinds)('%s refuses other lengths, missing statistics, a single training row', (kind) => {
    tidy(() => {
      const model = make(kind, { vocabSize: 5, contextLength: 4, embedDim: 3, hiddenDim: 6 });
      const parameters = model.initialize(manualSeed(1));
      const long = zeros<Rank.R2>([2, 5], 'int32');
      const tooLong = new RangeError('Expected 4 tokens, got 5: cut or pad each row to 4');
      expect(() => model.forwardTraining(parameters, long)).toThrow(tooLong);
      expect(() => model.forward(parameters, long, model.initialStatistics())).toThrow(tooLong);
      const one = zeros<Rank.R2>([1, 4], 'int32');
      expect(() => model.forwardTraining(parameters, one)).toThrow('Expected at least 2 rows to normalize over, got 1');
      expect(() => model.forward(parameters, one, [])).toThrow(
        /^Expected statistics for [12] norms, got 0: pass those that training tracked, or call forwardTraining$/,
      );
    });
  });
});

describeEngines('parameter counts', () => {
  test.each([
    ['batchNormMlp', { vocabSize: 27, contextLength: 3, embedDim: 10, hiddenDim: 200 }, 12097],
    ['batchNormMlp', { vocabSize: 27, contextLength: 8, embedDim: 10, hiddenDim: 200 }, 22097],
    ['hierarchicalMlp', { vocabSize: 27, contextLength: 8, embedDim: 10, hiddenDim: 68 }, 22397],
    ['hierarchicalMlp', { vocabSize: 27, contextLength: 8, embedDim: 24, hiddenDim: 128 }, 76579],
  ] as const)("makemore's: %s %o has %i", (kind, config, count) => {
    tidy(() => {
      expect(make(kind, config).parameterCount).toBe(count);
      expect(countParameters(make(kind, config).initialize(manualSeed(0)))).toBe(count);
    });
  });
});

describe('configuration', () => {
  const config = { vocabSize: 27, contextLength: 8, embedDim: 10, hiddenDim: 68 };

  test.each(all)('%s refuses a size of 0', (kind) => {
    for (const name of Object.keys(config)) {
      expect(() => make(kind, { ...config, [name]: 0 })).toThrow(
        `Expected ${name} to be a whole number above 0, got 0`,
      );
    }
  });
});
