// Norms against their plain definitions on cpu: rows of any width, alone and behind a sum, and their gradients.
import { addLayerNorm, addRmsNorm, layerNorm, layerNormOfSum, rmsNorm, rmsNormOfSum } from '@hornbook/ops';
import { expectAsOnCpu, tensorOf } from '@hornbook/testing';
import { add, mul, type Tensor, type Tensor1D, valueAndGrads } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, test } from 'vitest';

type Op = (x: Tensor, residual: Tensor, weight: Tensor1D, bias: Tensor1D) => Tensor;

const both = ([sum, normalized]: [Tensor, Tensor]) => add(mul(sum, 0.5), normalized);

const dropout = { rate: 0.3, generator: { random: () => 7 } };

const ops: [string, Op][] = [
  ['layer norm', (x, residual, weight, bias) => mul(layerNorm(x, weight, bias), residual)],
  ['layer norm without bias', (x, residual, weight) => mul(layerNorm(x, weight), residual)],
  ['RMS norm', (x, residual, weight) => mul(rmsNorm(x, weight), residual)],
  ['layer norm behind a sum', (x, residual, weight, bias) => both(addLayerNorm(x, residual, weight, bias))],
  ['layer norm behind a sum, without bias', (x, residual, weight) => both(addLayerNorm(x, residual, weight))],
  ['RMS norm behind a sum', (x, residual, weight) => both(addRmsNorm(x, residual, weight))],
  ['layer norm of a sum', (x, residual, weight, bias) => layerNormOfSum(x, residual, weight, bias)],
  [
    'layer norm behind a sum with dropout',
    (x, residual, weight, bias) => both(addLayerNorm(x, residual, weight, bias, { dropout })),
  ],
  ['RMS norm behind a sum with dropout', (x, residual, weight) => both(addRmsNorm(x, residual, weight, { dropout }))],
  ['RMS norm of a sum with dropout', (x, residual, weight) => rmsNormOfSum(x, residual, weight, { dropout })],
  [
    'layer norm behind dropout alone',
    (x, residual, weight) => mul(both(addLayerNorm(undefined, residual, weight, undefined, { dropout })), x),
  ],
];

/** Rows that do not cancel to the last digit: what is left would be noise on either engine. */
const spread = fc.integer({ min: -64, max: 64 }).map((n) => n / 16);
const withEdges = fc.oneof(
  { weight: 60, arbitrary: spread },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 1e-40) },
);

const inputs = (element: fc.Arbitrary<number>) =>
  fc
    .tuple(fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 2 }), fc.integer({ min: 2, max: 40 }))
    .chain(([outer, width]) => {
      const shape = [...outer, width];
      const rows = () => tensorOf(shape, 'float32', element);
      const learned = () => tensorOf([width], 'float32', spread);
      return fc.tuple(rows(), rows(), learned(), learned(), tensorOf(shape, 'float32', spread));
    });

describe.each(ops)('%s', (_, op) => {
  test.each([
    ['ordinary numbers', spread],
    ['the edges of float32 among them', withEdges],
  ])('gives what it gives on cpu, and the same gradients: %s', (_, element) =>
    fc.assert(
      fc.asyncProperty(inputs(element), (drawn) =>
        expectAsOnCpu(
          'simd',
          ([x, residual, weight, bias, dy]) => {
            const f = (...[x, residual, weight, bias]: Tensor[]) =>
              op(x, residual, weight as Tensor1D, bias as Tensor1D);
            const used = op.length === 4 ? [x, residual, weight, bias] : [x, residual, weight];
            const { value, grads } = valueAndGrads(f)(used, dy);
            return [value, ...grads];
          },
          drawn,
          { ulps: 64, absolute: 2e-4 },
        ),
      ),
      { numRuns: 25 },
    ),
  );
});
