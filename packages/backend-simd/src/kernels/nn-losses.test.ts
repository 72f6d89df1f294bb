// Losses against their plain definitions on cpu: every option, the edges of float32, targets that are ignored or outside.
import { crossEntropy, negativeLogLikelihood } from '@hornbook/ops';
import { expectAsOnCpu, type RandomTensor, tensorOf } from '@hornbook/testing';
import { ones, type Tensor, type Tensor1D, type Tensor2D, tidy, valueAndGrad } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, test } from 'vitest';

/** Few enough to be met in many rows, and not so large that their sums are noise. */
const edges = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom(0, 1, -2, 3.5) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 1e-40, 3e38, -3e38) },
);

const sizes = fc.record({ rows: fc.integer({ min: 0, max: 20 }), width: fc.integer({ min: 2, max: 70 }) });
const options = fc.record({
  labelSmoothing: fc.constantFrom(0, 0.1, 1),
  zLoss: fc.constantFrom(0, 0, 1e-2),
  reduction: fc.constantFrom('none' as const, 'sum' as const, 'mean' as const),
  ignoreIndex: fc.constantFrom(-100, 0, 1),
});

function targetsOf(rows: number, ids: fc.Arbitrary<number>): fc.Arbitrary<RandomTensor> {
  return fc
    .array(ids, { minLength: rows, maxLength: rows })
    .map((values) => ({ shape: [rows], dtype: 'int32' as const, values }));
}

type Ids = (width: number, ignoreIndex: number) => fc.Arbitrary<number>;

const inside: Ids = (width, ignoreIndex) =>
  fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 0, max: width - 1 }) }, fc.constant(ignoreIndex));

/** A row that is ignored has no gradient, be it NaN all over; the plain definition multiplies by 0. */
const counted: Ids = (width, ignoreIndex) =>
  fc.integer({ min: 0, max: width - 1 }).map((id) => (id === ignoreIndex ? (id + 1) % width : id));

function drawn(element: fc.Arbitrary<number>, idsOf: Ids) {
  return fc.tuple(sizes, options).chain(([{ rows, width }, options]) => {
    const targets = targetsOf(rows, idsOf(width, options.ignoreIndex));
    return fc.tuple(fc.tuple(tensorOf([rows, width], 'float32', element), targets), fc.constant(options));
  });
}

type Loss = (x: Tensor2D, targets: Tensor1D) => Tensor;

/** The losses, and the gradient for 1 as that of each: a NaN must not leave its row. */
function withGradient(loss: Loss): (inputs: Tensor[]) => Tensor[] {
  return ([x, targets]) =>
    tidy(() => {
      const of = (x: Tensor) => loss(x as Tensor2D, targets as Tensor1D);
      const { value, grad } = valueAndGrad(of)(x, ones(of(x).shape));
      return [value, grad];
    });
}

const closeness = { ulps: 64, absolute: 1e-5 };

describe('cross-entropy', () => {
  test.each([
    ['ordinary logits', fc.float({ min: -30, max: 30, noNaN: true }), inside],
    ['the edges of float32', edges, counted],
  ] as const)('gives what it gives on cpu, and the same gradient: %s', (_, element, ids) =>
    fc.assert(
      fc.asyncProperty(drawn(element, ids), ([inputs, options]) =>
        expectAsOnCpu(
          'simd',
          withGradient((x, targets) => crossEntropy(x, targets, options)),
          inputs,
          closeness,
        ),
      ),
      { numRuns: 60 },
    ),
  );

  test('is infinite for targets outside the vocabulary, as on cpu', () =>
    fc.assert(
      fc.asyncProperty(
        drawn(fc.float({ min: -9, max: 9, noNaN: true }), () => fc.integer({ min: -80, max: 80 })),
        ([inputs, options]) =>
          expectAsOnCpu(
            'simd',
            ([x, targets]) => tidy(() => crossEntropy(x as Tensor2D, targets as Tensor1D, options)),
            inputs,
            closeness,
          ),
      ),
      { numRuns: 30 },
    ));
});

test('negative log-likelihood gives what it gives on cpu, and the same gradient', () =>
  fc.assert(
    fc.asyncProperty(drawn(edges, inside), ([inputs, options]) =>
      expectAsOnCpu(
        'simd',
        withGradient((x, targets) => negativeLogLikelihood(x, targets, options)),
        inputs,
        closeness,
      ),
    ),
    { numRuns: 40 },
  ));
