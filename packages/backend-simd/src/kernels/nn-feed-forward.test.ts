// Two linear layers with GELU between, against their plain definition on cpu: any sizes, with biases and without, no rows.
import { useBackend } from '@hornbook/backends';
import { feedForward } from '@hornbook/ops';
import { expectAsOnCpu, tensorOf } from '@hornbook/testing';
import { type Tensor, type Tensor1D, type Tensor2D, valueAndGrads, zeros } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const size = fc.integer({ min: 1, max: 20 });
const float = fc.float({ min: -2, max: 2, noNaN: true });

type Form = 'erf' | 'tanh';
const cases: [Form, boolean][] = [
  ['erf', true],
  ['erf', false],
  ['tanh', true],
  ['tanh', false],
];

const apply = (form: Form, [x, up, down, upBias, downBias]: Tensor[]): Tensor =>
  feedForward(
    x as Tensor2D,
    { up: up as Tensor2D, down: down as Tensor2D, upBias: upBias as Tensor1D, downBias: downBias as Tensor1D },
    form,
  );

test.each(cases)('gives what it gives on cpu, and the same gradients; %s, biases: %s', (form, biases) =>
  fc.assert(
    fc.asyncProperty(
      fc.tuple(size, size, size, size).chain(([rows, inputs, hidden, outputs]) => {
        const shapes = [[rows, inputs], [inputs, hidden], [hidden, outputs], [hidden], [outputs], [rows, outputs]];
        return fc.tuple(...shapes.map((shape) => tensorOf(shape, 'float32', float)));
      }),
      (tensors) =>
        expectAsOnCpu(
          'simd',
          (all) => {
            const given = all.slice(0, biases ? 5 : 3);
            const { value, grads } = valueAndGrads((...inputs: Tensor[]) => apply(form, inputs))(given, all[5]);
            return [value, ...grads];
          },
          tensors,
          { ulps: 64, absolute: 2e-4 },
        ),
    ),
    { numRuns: 25 },
  ),
);

test('of no rows there are no gradients but zeros', async () => {
  await useBackend('simd');
  const inputs = [zeros([0, 3]), zeros([3, 5]), zeros([5, 2]), zeros([5]), zeros([2])];
  const { value, grads } = valueAndGrads((...all: Tensor[]) => apply('tanh', all))(inputs, zeros([0, 2]));
  expect(value.shape).toEqual([0, 2]);
  expect(grads.map(({ shape }) => shape)).toEqual([[0, 3], [3, 5], [5, 2], [5], [2]]);
  for (const gradient of grads) expect([...gradient.dataSync()].every((number) => number === 0)).toBe(true);
});
