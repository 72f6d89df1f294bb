// Optimizers in place against their plain definitions on the cpu backend: the same bits, for any number of threads.
import { useBackend } from '@hornbook/backends';
import {
  type AdamwShare,
  adamRates,
  adamUpdates,
  adamwRates,
  adamwUpdates,
  averageUpdates,
  clipFactor,
  globalNorm,
  lionRates,
  lionUpdates,
  sgdUpdates,
} from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { backend, dispose, memory, type Scalar, scalar, tensor, tensor1d, variable } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SimdBackend } from '../backend.ts';

const shapes = [[1], [3], [4], [5, 7], [30, 200], [], [2, 6001]];
const sizeOf = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);

/** Normal numbers, some of them 0, −0, or very large or small. */
function numbers(seed: number, shape: readonly number[]): Float32Array {
  const values = manualSeed(seed).normal(sizeOf(shape));
  const edges = [0, -0, 1e15, -1e15, 1e-25, 3e-20, 1];
  return values.map((value, i) => (i % 5 === 4 ? edges[((i / 5) | 0) % edges.length] : value));
}

type Rule = (shares: readonly AdamwShare[], step: number, factor?: Scalar) => void;

const hyper = { learningRate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1 };
const rules: Record<string, Rule> = {
  sgd: (shares, _, factor) => {
    const rates = tensor1d([0.1, 0]);
    sgdUpdates(
      shares.map(({ parameter, gradient }) => ({ parameter, gradient })),
      rates,
      { factor },
    );
    rates.dispose();
  },
  ...Object.fromEntries(
    [false, true].map((nesterov) => [
      nesterov ? 'sgd with nesterov' : 'sgd with momentum',
      (shares: readonly AdamwShare[], _: number, factor?: Scalar) => {
        const rates = tensor1d([0.1, 0.9]);
        const heavy = shares.map(({ parameter, gradient, mean }) => ({ parameter, gradient, velocity: mean }));
        sgdUpdates(heavy, rates, { nesterov, factor });
        rates.dispose();
      },
    ]),
  ),
  adam: (shares, step, factor) => {
    const rates = tensor1d(adamRates({ ...hyper, step }));
    adamUpdates(shares, rates, { factor });
    rates.dispose();
  },
  adamw: (shares, step, factor) => {
    const rates = tensor1d(adamwRates({ ...hyper, step }));
    adamwUpdates(shares, rates, { factor });
    rates.dispose();
  },
  lion: (shares, _, factor) => {
    const rates = tensor1d(lionRates(hyper));
    lionUpdates(shares, rates, { factor });
    rates.dispose();
  },
  average: (shares) => {
    const rates = tensor1d([0.9, 0.1]);
    averageUpdates(
      shares.map(({ parameter, gradient }) => ({ average: parameter, value: gradient })),
      rates,
    );
    rates.dispose();
  },
};

let before: number | undefined;
beforeAll(async () => {
  before = (await useBackend('simd')).threads;
});
afterAll(() => useBackend('simd', { threads: before }));

/** Three steps on one engine: what all variables hold at their end. */
async function steps(engine: string, rule: Rule, threads = 1): Promise<Int32Array> {
  await useBackend(engine);
  if (engine === 'simd') (backend() as SimdBackend).threads = threads;
  const factor = scalar(0.3);
  const shares = shapes.map((shape, i) => {
    const make = (seed: number, positive = false) => {
      const values = numbers(seed, shape);
      return variable(tensor(positive ? values.map(Math.abs) : values, shape));
    };
    return { parameter: make(i), mean: make(i + 50), variance: make(i + 100, true), decays: i % 2 === 0 };
  });
  for (let step = 1; step <= 3; step++) {
    const gradients = shapes.map((shape, i) => tensor(numbers(i + 1000 * step, shape), shape));
    const before = memory().numTensors;
    rule(
      shares.map((share, i) => ({ ...share, gradient: gradients[i] })),
      step,
      step === 2 ? factor : undefined,
    );
    expect(memory().numTensors).toBe(before);
    dispose(gradients);
  }
  const variables = shares.flatMap(({ parameter, mean, variance }) => [parameter, mean, variance]);
  const values = await Promise.all(variables.map(async (one) => [...(await one.data())]));
  dispose([...variables, factor]);
  return new Int32Array(Float32Array.from(values.flat()).buffer); // the bits
}

const firstDifference = (one: Int32Array, other: Int32Array) => one.findIndex((bits, i) => bits !== other[i]);

describe('updates', () => {
  test.each(Object.entries(rules))('%s', async (_, rule) => {
    const expected = await steps('cpu', rule);
    for (const threads of [1, 2, 3]) expect(firstDifference(await steps('simd', rule, threads), expected)).toBe(-1);
  });

  beforeEach(async () => {
    await useBackend('simd');
  });

  test('means that decay end at 0, and not among the denormals', async () => {
    const share = { parameter: variable(tensor1d([1])), decays: false, gradient: tensor1d([0]) };
    const [mean, variance] = [variable(tensor1d([2e-38])), variable(tensor1d([2e-38]))];
    const rates = tensor1d(adamwRates({ ...hyper, step: 9 }));
    for (let i = 0; i < 9; i++) adamwUpdates([{ ...share, mean, variance }], rates);
    expect([...(await mean.data()), (await variance.data())[0] > 1e-38]).toEqual([0, true]);
  });

  test('what is no number stays none', async () => {
    const share = { parameter: variable(tensor1d([1, 1])), decays: false, gradient: tensor1d([Number.NaN, 1]) };
    const [mean, variance] = [variable(tensor1d([0, 0])), variable(tensor1d([0, 0]))];
    adamwUpdates([{ ...share, mean, variance }], tensor1d(adamwRates({ ...hyper, step: 1 })));
    for (const one of [share.parameter, mean, variance]) {
      expect([...(await one.data())].map(Number.isNaN)).toEqual([true, false]);
    }
  });
});

describe('the norm', () => {
  test('is that of float64, for any number of threads', async () => {
    await useBackend('simd');
    const tensors = shapes.map((shape, i) => tensor(manualSeed(i).normal(sizeOf(shape)), shape));
    const values = tensors.flatMap((one) => [...one.dataSync()]);
    const expected = Math.fround(Math.sqrt(values.reduce((sum, x) => sum + x * x, 0)));
    for (const threads of [1, 2, 4]) {
      (backend() as SimdBackend).threads = threads;
      const norm = globalNorm(tensors);
      expect((await norm.data())[0]).toBe(expected);
    }
    expect((await globalNorm([]).data())[0]).toBe(0);
    expect((await globalNorm([tensor1d([3e38, 0])]).data())[0]).toBe(Math.fround(3e38));
    expect((await globalNorm([tensor1d([3e38, 3e38])]).data())[0]).toBe(Infinity);
  });

  test.each([0.5, 3, 1e9])('a limit of %s to it gives the factor of the plain definition', async (limit) => {
    const factorOn = async (engine: string) => {
      await useBackend(engine);
      return clipFactor(scalar(2.5), limit).data();
    };
    expect(await factorOn('simd')).toEqual(await factorOn('cpu'));
  });
});
