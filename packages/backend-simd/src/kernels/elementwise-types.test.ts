// Casts, constants, logic, choices and sums of many, against the cpu engine.

import { useBackend } from '@hornbook/backends';
import { anyFloat, anyShape, expectAsOnCpu, expectGradient, type RandomTensor, tensorOf } from '@hornbook/testing';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

type Dtype = RandomTensor['dtype'];
const dtypes: Dtype[] = ['float32', 'int32', 'bool'];

describe.each(dtypes.flatMap((from) => dtypes.map((to) => [from, to] as const)))('cast of %s to %s', (from, to) => {
  test('gives what it gives on cpu', () =>
    fc.assert(
      fc.asyncProperty(
        anyShape.chain((shape) => tensorOf(shape, from, anyFloat)),
        (x) => expectAsOnCpu('simd', ([x]) => tf.cast(x, to), [x]),
      ),
      { numRuns: 30 },
    ));
});

describe('as on cpu', () => {
  test.for(dtypes)('zerosLike, onesLike and fill of %s', (dtype) =>
    fc.assert(
      fc.asyncProperty(
        anyShape.chain((shape) => tensorOf(shape, dtype, anyFloat)),
        fc.nat(1),
        (x, value) =>
          expectAsOnCpu('simd', ([x]) => [tf.zerosLike(x), tf.onesLike(x), tf.fill(x.shape, value, dtype)], [x]),
      ),
      { numRuns: 30 },
    ),
  );

  test.for<Dtype>(['float32', 'int32', 'bool'])('where, between tensors of %s', (dtype) =>
    fc.assert(
      fc.asyncProperty(
        anyShape.chain((shape) =>
          fc.tuple(tensorOf(shape, 'bool'), tensorOf(shape, dtype, anyFloat), tensorOf(shape, dtype, anyFloat)),
        ),
        (inputs) => expectAsOnCpu('simd', ([condition, t, e]) => tf.where(condition, t, e), inputs),
      ),
      { numRuns: 30 },
    ),
  );

  test('logic', () =>
    fc.assert(
      fc.asyncProperty(
        anyShape.chain((shape) => fc.tuple(tensorOf(shape, 'bool'), tensorOf(shape, 'bool'))),
        (inputs) =>
          expectAsOnCpu('simd', ([a, b]) => [tf.logicalAnd(a, b), tf.logicalOr(a, b), tf.logicalNot(a)], inputs),
      ),
      { numRuns: 30 },
    ));

  test('addN of one to nine tensors', () =>
    fc.assert(
      fc.asyncProperty(
        anyShape.chain((shape) =>
          fc
            .integer({ min: 1, max: 9 })
            .chain((count) => fc.tuple(...Array.from({ length: count }, () => tensorOf(shape, 'float32', anyFloat)))),
        ),
        (inputs) => expectAsOnCpu('simd', (terms) => tf.addN(terms), inputs),
      ),
      { numRuns: 30 },
    ));
});

describe('on simd', () => {
  beforeAll(() => useBackend('simd'));

  test('floats become integers as in JavaScript', () => {
    const x = [1.9, -1.9, 2147483648, -2147483904, 4294967296, 1e20, Number.NaN, Infinity, -Infinity];
    expect([...tf.cast(x, 'int32').dataSync()]).toEqual(x.map((value) => Math.trunc(Math.fround(value)) | 0));
  });

  test('a constant fills a large tensor to its end', () => {
    expect(
      tf
        .fill([100_003], 2.5)
        .dataSync()
        .every((value) => value === 2.5),
    ).toBe(true);
    expect(
      tf
        .onesLike(tf.zeros([70_001], 'bool'))
        .dataSync()
        .every((value) => value === 1),
    ).toBe(true);
  });

  test('the gradients of where and addN are those of their values', async () => {
    const condition = tf.tensor2d([1, 0, 0, 1, 1, 0], [2, 3], 'bool');
    await expectGradient(
      ([a, b]) => tf.where(condition, tf.square(a), b),
      [
        [2, 3],
        [2, 3],
      ],
    );
    await expectGradient(([a]) => tf.addN([a, tf.square(a), tf.mul(a, 3), a, tf.exp(a)]), [[2, 3]]);
  });
});
