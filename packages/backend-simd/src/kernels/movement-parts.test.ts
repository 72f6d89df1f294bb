// What joins tensors, takes them apart and picks rows by their ids, against the cpu engine.
import { useBackend } from '@hornbook/backends';
import { expectAsOnCpu, expectGradient, type RandomTensor, tensorOf } from '@hornbook/testing';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

const anyDtype = fc.constantFrom<RandomTensor['dtype']>('float32', 'int32', 'bool');
const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 });
const withAxis = shapes.chain((shape) => fc.tuple(fc.constant(shape), fc.nat(shape.length - 1)));
const sizes = fc.array(fc.nat(4), { minLength: 1, maxLength: 4 });
const sixtyRuns = { numRuns: 60 };

/** A tensor of ids. */
const ids = (values: number[], shape = [values.length]): RandomTensor => ({ shape, dtype: 'int32', values });

describe('as on cpu', () => {
  const sideBySide = fc
    .tuple(withAxis, sizes, anyDtype)
    .chain(([[shape, axis], sizes, dtype]) =>
      fc.tuple(fc.tuple(...sizes.map((size) => tensorOf(shape.with(axis, size), dtype))), fc.constant(axis)),
    );

  test('concat', () =>
    fc.assert(
      fc.asyncProperty(sideBySide, ([tensors, axis]) => expectAsOnCpu('simd', (xs) => tf.concat(xs, axis), tensors)),
      sixtyRuns,
    ));

  const alike = fc
    .tuple(shapes, anyDtype, fc.integer({ min: 1, max: 4 }))
    .chain(([shape, dtype, count]) =>
      fc.tuple(
        fc.tuple(...Array.from({ length: count }, () => tensorOf(shape, dtype))),
        fc.integer({ min: -1 - shape.length, max: shape.length }),
      ),
    );

  test('stack', () =>
    fc.assert(
      fc.asyncProperty(alike, ([tensors, axis]) => expectAsOnCpu('simd', (xs) => tf.stack(xs, axis), tensors)),
      sixtyRuns,
    ));

  const one = fc
    .tuple(withAxis, anyDtype)
    .chain(([[shape, axis], dtype]) => fc.tuple(tensorOf(shape, dtype), fc.constant(axis)));

  test('unstack', () =>
    fc.assert(
      fc.asyncProperty(one, ([x, axis]) => expectAsOnCpu('simd', ([x]) => tf.unstack(x, axis), [x])),
      sixtyRuns,
    ));

  const inParts = fc.tuple(withAxis, sizes).chain(([[shape, axis], sizes]) => {
    const whole = sizes.reduce((sum, size) => sum + size);
    return fc.tuple(tensorOf(shape.with(axis, whole)), fc.constant(sizes), fc.constant(axis));
  });

  test('split', () =>
    fc.assert(
      fc.asyncProperty(inParts, ([x, sizes, axis]) => expectAsOnCpu('simd', ([x]) => tf.split(x, sizes, axis), [x])),
      sixtyRuns,
    ));

  const withIds = fc
    .tuple(withAxis, fc.constantFrom('float32' as const, 'int32' as const))
    .chain(([[shape, axis], dtype]) =>
      fc.tuple(
        tensorOf(shape, dtype),
        fc.array(fc.nat(shape[axis] - 1), { minLength: 1, maxLength: 6 }),
        fc.constant(axis),
        fc.boolean(),
      ),
    );

  test('gather', () =>
    fc.assert(
      fc.asyncProperty(withIds, ([x, values, axis, twoAxes]) =>
        expectAsOnCpu('simd', ([x, ids]) => tf.gather(x, ids as tf.Tensor1D, axis), [
          x,
          ids(values, twoAxes ? [1, values.length] : [values.length]),
        ]),
      ),
      sixtyRuns,
    ));

  const withSegments = shapes.chain((shape) =>
    fc.tuple(
      tensorOf(shape, 'float32', fc.float({ min: -8, max: 8, noNaN: true })),
      fc.array(fc.integer({ min: -1, max: 6 }), { minLength: shape[0], maxLength: shape[0] }),
    ),
  );

  test('unsortedSegmentSum', () =>
    fc.assert(
      fc.asyncProperty(withSegments, ([x, values]) =>
        expectAsOnCpu('simd', ([x, ids]) => tf.unsortedSegmentSum(x, ids as tf.Tensor1D, 6), [x, ids(values)], {
          absolute: 1e-5,
        }),
      ),
      sixtyRuns,
    ));

  const hot = fc.record({
    values: fc.array(fc.integer({ min: -2, max: 9 }), { minLength: 1, maxLength: 12 }),
    depth: fc.integer({ min: 2, max: 9 }),
    dtype: fc.constantFrom('float32' as const, 'int32' as const),
  });

  test('oneHot', () =>
    fc.assert(
      fc.asyncProperty(hot, ({ values, depth, dtype }) =>
        expectAsOnCpu('simd', ([ids]) => tf.oneHot(ids, depth, 3, -2, dtype), [ids(values)]),
      ),
      sixtyRuns,
    ));
});

describe('on simd', () => {
  beforeAll(() => useBackend('simd'));

  test.for<[string, (x: tf.Tensor) => tf.Tensor]>([
    ['concat', (x) => tf.concat([x, tf.mul(x, 2)], 1)],
    ['stack', (x) => tf.stack([x, tf.mul(x, 2)], 2)],
    ['unstack', (x) => tf.unstack(x, 1)[1]],
    ['split', (x) => tf.split(x, [1, 3], 2)[1]],
    ['gather', (x) => tf.gather(x, [2, 0, 2], 1)],
    ['unsortedSegmentSum', (x) => tf.unsortedSegmentSum(x, tf.tensor1d([1, 1], 'int32'), 3)],
  ])('the gradient of %s is that of its values', ([, f]) => expectGradient(([x]) => f(x), [[2, 3, 4]]));

  test('rows of equal id are added in their order, on any number of columns', () => {
    const [count, width] = [500, 33];
    const x = Float32Array.from({ length: count * width }, (_, i) => Math.sin(i) * 10 ** (i % 5));
    const ids = Int32Array.from({ length: count }, (_, i) => (i * i) % 11);
    const expected = new Float32Array(11 * width);
    for (let i = 0; i < x.length; i++) expected[ids[Math.floor(i / width)] * width + (i % width)] += x[i];
    const sums = tf.unsortedSegmentSum(tf.tensor2d(x, [count, width]), tf.tensor1d(ids, 'int32'), 11);
    expect([...sums.dataSync()]).toEqual([...expected]);
  });

  test.for([3, -1])('an id that the table does not have is refused: %i', (id) => {
    const ids = tf.tensor1d([0, id], 'int32');
    expect(() => tf.gather(tf.ones([3, 2]), ids)).toThrow(`the index value ${id} is not in [0, 2]`);
  });
});
