// Arithmetic and comparisons against the cpu engine: shapes that broadcast in every way, and the edges of float32.
import { useBackend } from '@hornbook/backends';
import { anyFloat, expectAsOnCpu, expectGradient, shapesThatBroadcast, tensorOf } from '@hornbook/testing';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

type Pair = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

/** By how many units in the last place a result may differ. */
const ulps: Record<string, number> = { squaredDifference: 2, pow: 1 };

const arithmetic: [string, Pair, ('float32' | 'int32')[]][] = [
  ['add', tf.add, ['float32', 'int32']],
  ['sub', tf.sub, ['float32', 'int32']],
  ['mul', tf.mul, ['float32', 'int32']],
  ['div', tf.div, ['float32']],
  ['minimum', tf.minimum, ['float32', 'int32']],
  ['maximum', tf.maximum, ['float32', 'int32']],
  ['squaredDifference', tf.squaredDifference, ['float32', 'int32']],
  ['pow', tf.pow, ['float32']],
  ['equal', tf.equal, ['float32', 'int32']],
  ['notEqual', tf.notEqual, ['float32', 'int32']],
  ['less', tf.less, ['float32', 'int32']],
  ['lessEqual', tf.lessEqual, ['float32', 'int32']],
  ['greater', tf.greater, ['float32', 'int32']],
  ['greaterEqual', tf.greaterEqual, ['float32', 'int32']],
];

/** A few numbers that are often equal, and often whole. */
const coarse = fc.oneof(
  fc.integer({ min: -3, max: 3 }).map((n) => n / 2),
  anyFloat,
);

const cases = arithmetic.flatMap(([name, f, dtypes]) => dtypes.map((dtype) => [name, dtype, f] as const));

describe.each(cases)('%s of %s', (name, dtype, f) => {
  test('gives what it gives on cpu', () =>
    fc.assert(
      fc.asyncProperty(
        shapesThatBroadcast.chain(([a, b]) => fc.tuple(tensorOf(a, dtype, coarse), tensorOf(b, dtype, coarse))),
        (inputs) => expectAsOnCpu('simd', ([a, b]) => f(a, b), inputs, { ulps: ulps[name] }),
      ),
      { numRuns: 60 },
    ));
});

describe('on simd', () => {
  beforeAll(() => useBackend('simd'));

  test.for<[string, Pair]>([
    ['add', tf.add],
    ['sub', tf.sub],
    ['mul', tf.mul],
    ['div', (a, b) => tf.div(a, tf.add(b, 3))],
    ['pow', (a, b) => tf.pow(tf.add(a, 2), b)],
  ])('the gradient of %s is that of its values', async ([, f]) => {
    await expectGradient(([a, b]) => f(a, b), [[4, 3], [3]]);
    await expectGradient(
      ([a, b]) => f(a, b),
      [
        [2, 4, 3],
        [2, 1, 1],
      ],
    );
  });

  // TensorFlow.js defines these gradients for equal shapes alone.
  test.for<[string, Pair]>([
    ['squaredDifference', tf.squaredDifference],
    ['maximum', (a, b) => tf.maximum(a, tf.add(b, 3))],
    ['minimum', (a, b) => tf.minimum(tf.add(a, 3), b)],
  ])('the gradient of %s is that of its values', ([name, f]) =>
    expectGradient(
      ([a, b]) => (name === 'squaredDifference' ? f(a, b) : tf.add(f(a, b), f(b, a))),
      [
        [4, 3],
        [4, 3],
      ],
    ),
  );

  test('a shape that does not fit is refused', () => {
    expect(() => tf.add(tf.zeros([2, 3]), tf.zeros([2]))).toThrow(/could not be broadcast/);
  });
});
