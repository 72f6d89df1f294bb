// Batch norm against PyTorch: both modes, their gradients, and the running statistics.
import { manualSeed } from '@hornbook/random';
import { describeEngines, expectGradient, type GoldenTensor, golden, toBeAllclose } from '@hornbook/testing';
import {
  dispose,
  memory,
  mul,
  ones,
  reshape,
  sum,
  type Tensor,
  type Tensor1D,
  tensor,
  tensor1d,
  tensor2d,
  tidy,
  valueAndGrads,
  variable,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-recurrent.json' with { type: 'json' };
import { applyBatchNorm, batchNorm, batchStatistics, normalizeBatch, trackStatistics } from './batch-norm.ts';

const { batchNorm: torch } = fixture;
const read = (one: GoldenTensor) => tensor(golden(one), [...one.shape]);
const layer = () => ({ weight: read(torch.weight) as Tensor1D, bias: read(torch.bias) as Tensor1D });
const closely = { absolute: 3e-6 };

/** Variables of mean 0 and variance 1. */
function running(dim: number) {
  return tidy(() => {
    const { mean, variance } = batchStatistics(dim);
    return { mean: variable(mean) as Tensor1D, variance: variable(variance) as Tensor1D };
  });
}

describeEngines('batch norm', () => {
  test("PyTorch's two training batches, then its evaluation", async () => {
    const before = memory().numTensors;
    const [{ weight, bias }, statistics, probe] = [layer(), running(4), read(torch.probe)];
    const check = async (f: (x: Tensor) => Tensor, expected: { x: GoldenTensor; y: GoldenTensor } & Gradients) => {
      const x = read(expected.x);
      const y = tidy(() => f(x));
      const { value, grads } = valueAndGrads(((x: Tensor) => sum(mul(f(x), probe))) as (...xs: Tensor[]) => Tensor)([
        x,
        weight,
        bias,
      ]);
      toBeAllclose(await y.data(), golden(expected.y), closely);
      toBeAllclose(await grads[0].data(), golden(expected.dx), closely);
      toBeAllclose(await grads[1].data(), golden(expected.dWeight), closely);
      toBeAllclose(await grads[2].data(), golden(expected.dBias), closely);
      dispose([x, y, value, grads]);
    };
    for (const step of torch.steps) {
      await check((x) => normalizeBatch({ weight, bias }, x).output, step);
      tidy(() => trackStatistics(statistics, normalizeBatch({ weight, bias }, read(step.x)).statistics));
      toBeAllclose(await statistics.mean.data(), golden(step.mean));
      toBeAllclose(await statistics.variance.data(), golden(step.variance));
    }
    await check((x) => applyBatchNorm({ weight, bias }, x, statistics), torch.evaluation);
    dispose([weight, bias, probe, statistics.mean, statistics.variance]);
    expect(memory().numTensors).toBe(before);
  });

  test('over all axes but the last: [2, 3, 4] is as [6, 4]', async () => {
    const x = read(torch.steps[0].x);
    const output = tidy(() => normalizeBatch(layer(), reshape(x, [2, 3, 4])).output);
    expect(output.shape).toEqual([2, 3, 4]);
    toBeAllclose(await output.data(), golden(torch.steps[0].y), closely);
    dispose([x, output]);
  });

  test('gradient', async () => {
    await expectGradient(
      ([x, weight, bias]) => normalizeBatch({ weight: weight as Tensor1D, bias: bias as Tensor1D }, x).output,
      [[2, 4, 3], [3], [3]],
    );
  });

  test('the mean over three batches, by momentum 1/n', async () => {
    const statistics = running(2);
    for (const [i, value] of [3, 5, 10].entries()) {
      tidy(() => trackStatistics(statistics, { mean: tensor1d([value, -value]), variance: ones([2]) }, 1 / (i + 1)));
    }
    toBeAllclose(await statistics.mean.data(), [6, -6]);
    dispose([statistics.mean, statistics.variance]);
  });

  test('a single row evaluates, but cannot be normalized by itself', async () => {
    const x = tensor2d([3, -1], [1, 2]);
    const output = tidy(() => applyBatchNorm(batchNorm(2), x, { mean: ones([2]), variance: tensor1d([4, 4]) }));
    toBeAllclose(await output.data(), [1, -1], { absolute: 1e-5 });
    tidy(() => {
      expect(() => normalizeBatch(batchNorm(2), x)).toThrow(
        new RangeError(
          'Expected at least 2 rows to normalize over, got 1: train on larger batches, or apply running statistics',
        ),
      );
      const wide = new RangeError('Expected vectors of 3 channels, got 2');
      expect(() => normalizeBatch(batchNorm(3), x)).toThrow(wide);
      expect(() => applyBatchNorm(batchNorm(3), x, batchStatistics(3))).toThrow(wide);
    });
    dispose([x, output]);
  });

  test('tracks variables only, and all of them', () => {
    tidy(() => {
      const plain = [batchStatistics(2)];
      expect(() => trackStatistics(plain, [batchStatistics(2)])).toThrow(
        new TypeError("Expected a variable at '0.mean', got a tensor: call trainable(statistics) first"),
      );
    });
    const statistics = [running(2)];
    expect(() => trackStatistics(statistics, [])).toThrow(
      new RangeError("Expected statistics of the batch at '0.mean', got none"),
    );
    dispose(statistics.flatMap(({ mean, variance }) => [mean, variance]));
  });

  test('outputs have mean 0 and variance 1, however shifted the inputs', async () => {
    const x = tensor2d(manualSeed(1).normal(64, 100, 5), [32, 2]);
    const statistics = tidy(() => normalizeBatch(batchNorm(2), normalizeBatch(batchNorm(2), x).output).statistics);
    toBeAllclose(await statistics.mean.data(), [0, 0], { absolute: 1e-5 });
    toBeAllclose(await statistics.variance.data(), [32 / 31, 32 / 31], { absolute: 1e-4 });
    dispose([x, statistics.mean, statistics.variance]);
  });
});

type Gradients = { readonly dx: GoldenTensor; readonly dWeight: GoldenTensor; readonly dBias: GoldenTensor };
