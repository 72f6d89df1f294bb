// Optimizers in place against their plain definitions on cpu: parameters of all sizes, more than one dispatch takes.
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
  muonRates,
  muonUpdates,
  sgdUpdates,
} from '@hornbook/ops';
import { engines, toBeAllclose, wave } from '@hornbook/testing';
import {
  backend,
  clone,
  dispose,
  memory,
  mul,
  type Scalar,
  scalar,
  type Tensor1D,
  tensor,
  tensor1d,
  variable,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { GpuBackend } from '../backend.ts';

const shapes = [[1], [3], [0], [5, 7], [30, 200], [], [2, 6001], [7, 5], [5, 7], [4, 4]];

/** `factor` is undefined in some steps. */
type Rule = (
  shares: readonly AdamwShare[],
  rates: (values: ArrayLike<number>) => Tensor1D,
  step: number,
  factor?: Scalar,
) => void;

const hyper = { learningRate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1 };
const heavy = (shares: readonly AdamwShare[]) =>
  shares.map(({ parameter, gradient, mean }) => ({ parameter, gradient, velocity: mean }));
const rules: Record<string, Rule> = {
  SGD: (shares, rates, _, factor) =>
    sgdUpdates(
      shares.map(({ parameter, gradient }) => ({ parameter, gradient })),
      rates([0.1, 0]),
      { factor },
    ),
  'SGD with momentum': (shares, rates, _, factor) => sgdUpdates(heavy(shares), rates([0.1, 0.9]), { factor }),
  'SGD with Nesterov': (shares, rates, _, factor) =>
    sgdUpdates(heavy(shares), rates([0.1, 0.9]), { nesterov: true, factor }),
  Adam: (shares, rates, step, factor) => adamUpdates(shares, rates(adamRates({ ...hyper, step })), { factor }),
  AdamW: (shares, rates, step, factor) => adamwUpdates(shares, rates(adamwRates({ ...hyper, step })), { factor }),
  Lion: (shares, rates, _, factor) => lionUpdates(shares, rates(lionRates(hyper)), { factor }),
  Muon: (shares, rates, _, factor) =>
    muonUpdates(
      heavy(shares).filter(({ parameter }) => parameter.rank === 2 && parameter.size < 100),
      rates(muonRates({ ...hyper, momentum: 0.9 })),
      { iterations: 2, factor },
    ),
  average: (shares, rates) =>
    averageUpdates(
      shares.map(({ parameter, gradient }) => ({ average: parameter, value: gradient })),
      rates([0.9, 0.1]),
    ),
};

const draw = (shape: number[], seed: number) => tensor(Float32Array.from(wave(shape, seed).values), shape);

/** Three steps on one engine: what all variables hold at their end. */
async function steps(engine: string, rule: Rule): Promise<number[]> {
  await useBackend(engine);
  const factor = scalar(0.3);
  const shares = shapes.map((shape, i) => ({
    parameter: variable(mul(draw(shape, i), 2)),
    mean: variable(mul(draw(shape, i + 50), 0.1)),
    variance: variable(mul(draw(shape, i + 100), 0)),
    decays: i % 2 === 0,
  }));
  for (let step = 1; step <= 3; step++) {
    const gradients = shapes.map((shape, i) => draw(shape, i + 1000 * step));
    const before = memory().numTensors;
    const made: Tensor1D[] = [];
    rule(
      shares.map((share, i) => ({ ...share, gradient: gradients[i] })),
      (values) => {
        made.push(tensor1d(Float32Array.from(values)));
        return made[0];
      },
      step,
      step === 2 ? factor : undefined,
    );
    dispose(made);
    expect(memory().numTensors).toBe(before);
    dispose(gradients);
  }
  const variables = shares.flatMap(({ parameter, mean, variance }) => [parameter, mean, variance]);
  const values = await Promise.all(variables.map(async (one) => [...(await one.data())]));
  dispose([...variables, factor]);
  return values.flat();
}

describe.skipIf(!engines.some(({ name, available }) => name === 'webgpu' && available))('on webgpu', () => {
  test.each(Object.entries(rules))('three steps of %s', async (_, rule) => {
    toBeAllclose(await steps('webgpu', rule), await steps('cpu', rule), { absolute: 1e-6 });
  });

  test('AdamW takes several parameters to a dispatch', async () => {
    await useBackend('webgpu');
    const { count, device } = backend() as GpuBackend;
    const make = () => variable(mul(draw([4], 1), 1));
    const share = () => ({ parameter: make(), gradient: draw([4], 2), mean: make(), variance: make(), decays: true });
    const rates = tensor1d(adamwRates({ ...hyper, step: 1 }));
    const shares = Array.from({ length: 10 }, share);
    const before = count.dispatches;
    adamwUpdates(shares, rates);
    const each = Math.floor(device.limits.maxStorageBuffersPerShaderStage / 4);
    expect(count.dispatches - before).toBe(Math.ceil(10 / each));
  });

  test('Muon makes the products of matrices of one shape together, the turned among them', async () => {
    await useBackend('webgpu');
    const { count, device } = backend() as GpuBackend;
    const rates = tensor1d(muonRates({ ...hyper, momentum: 0.9 }));
    const dispatches = (shapes: readonly number[][]) => {
      const shares = shapes.map((shape) => {
        const [parameter, velocity] = [variable(mul(draw(shape, 1), 1)), variable(mul(draw(shape, 1), 1))];
        return { parameter, velocity, gradient: draw(shape, 2) };
      });
      const before = count.dispatches;
      muonUpdates(shares, rates, { iterations: 5 });
      return count.dispatches - before;
    };
    const one = dispatches([[4, 8]]);
    expect(one).toBeLessThan(35);
    const most = device.limits.maxStorageBuffersPerShaderStage - 1; // beside the stack
    const more = Math.ceil(8 / Math.floor(most / 2)) - 1 + Math.ceil(8 / most) - 1; // momentum, and steps
    expect(dispatches([...Array(4).fill([4, 8]), ...Array(4).fill([8, 4])])).toBe(one + more);
    expect(
      dispatches([
        [4, 8],
        [4, 4],
      ]),
    ).toBe(2 * one);
  });

  test('the norm of many tensors, and the factor that clips it, also for tensors that share their memory', async () => {
    const limit = async (engine: string) => {
      await useBackend(engine);
      const tensors = [...shapes, ...shapes].map((shape, i) => mul(draw(shape, i), 1));
      const norm = globalNorm([...tensors, clone(tensors[4])]);
      const numbers = [norm, clipFactor(norm, 1), clipFactor(norm, 1e9)];
      return (await Promise.all(numbers.map((one) => one.data()))).flatMap((values) => [...values]);
    };
    toBeAllclose(await limit('webgpu'), await limit('cpu'), { absolute: 1e-7 });
  });
});
