// What moves the numbers of one tensor, against the cpu engine: every shape, axis and order.
import { useBackend } from '@hornbook/backends';
import { anyFloat, anyShape, expectAsOnCpu, expectGradient, type RandomTensor, tensorOf } from '@hornbook/testing';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

const anyDtype = fc.constantFrom<RandomTensor['dtype']>('float32', 'int32', 'bool');
const someAxes = anyShape.filter((shape) => shape.length > 0);
const smallShape = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 });

/** A tensor, and for each of its axes what `of` draws. */
function withAxes<T>(shapes: fc.Arbitrary<number[]>, of: (size: number) => fc.Arbitrary<T>) {
  return fc
    .tuple(shapes, anyDtype)
    .chain(([shape, dtype]) => fc.tuple(tensorOf(shape, dtype, anyFloat), fc.tuple(...shape.map((n) => of(n)))));
}

/** The operation with what was drawn for it is the same on both engines. */
function sameAsOnCpu<T>(
  drawn: fc.Arbitrary<readonly [RandomTensor, T]>,
  op: (x: tf.Tensor, of: T) => tf.Tensor,
): Promise<void> {
  return fc.assert(
    fc.asyncProperty(drawn, ([x, of]) => expectAsOnCpu('simd', ([x]) => op(x, of), [x])),
    { numRuns: 60 },
  );
}

describe('as on cpu', () => {
  const withOrder = fc
    .tuple(anyShape, anyDtype)
    .chain(([shape, dtype]) =>
      fc.tuple(tensorOf(shape, dtype), fc.shuffledSubarray([...shape.keys()], { minLength: shape.length })),
    );

  test('transpose', () => sameAsOnCpu(withOrder, tf.transpose));

  test('reshape', () =>
    sameAsOnCpu(withOrder, (x, order) =>
      tf.reshape(
        x,
        order.map((axis) => x.shape[axis]),
      ),
    ));

  test('expandDims', () =>
    sameAsOnCpu(
      smallShape.chain((shape) => fc.tuple(tensorOf(shape), fc.integer({ min: -shape.length - 1, max: shape.length }))),
      tf.expandDims,
    ));

  const beginAndSize = (n: number) => fc.tuple(fc.nat(n), fc.nat(n)).map(([a, b]) => [Math.min(a, b), Math.abs(a - b)]);

  test('slice', () =>
    sameAsOnCpu(withAxes(someAxes, beginAndSize), (x, axes) =>
      tf.slice(
        x,
        axes.map(([begin]) => begin),
        axes.map(([, size]) => size),
      ),
    ));

  const place = (n: number) => fc.integer({ min: -n, max: n });
  const fromTheStart = (n: number, at: number) => (at < 0 ? at + n : at);
  /** Not from behind its end forward: that is empty, and the cpu engine throws. */
  const range = (n: number) =>
    fc
      .tuple(place(n), place(n), fc.constantFrom(-3, -1, 1, 2))
      .filter(([begin, end, step]) => step !== 1 || fromTheStart(n, begin) <= fromTheStart(n, end));
  const masks = fc.tuple(fc.nat(31), fc.nat(31));

  test('stridedSlice', () =>
    sameAsOnCpu(
      fc.tuple(withAxes(smallShape, range), masks).map(([[x, axes], masks]) => [x, { axes, masks }] as const),
      (x, { axes, masks }) =>
        tf.stridedSlice(
          x,
          axes.map(([begin]) => begin),
          axes.map(([, end]) => end),
          axes.map(([, , step]) => step),
          ...masks,
        ),
    ));

  test('reverse', () =>
    sameAsOnCpu(
      withAxes(anyShape, () => fc.boolean()),
      (x, axes) =>
        tf.reverse(
          x,
          axes.flatMap((yes, axis) => (yes ? [axis] : [])),
        ),
    ));

  test('tile', () =>
    sameAsOnCpu(
      withAxes(smallShape, () => fc.integer({ min: 1, max: 3 })),
      tf.tile,
    ));

  const border = fc.tuple(fc.nat(2), fc.nat(2));

  test('pad', () =>
    sameAsOnCpu(
      withAxes(smallShape, () => border),
      (x, axes) => tf.pad(x, axes, x.dtype === 'float32' ? -2.5 : 1),
    ));
});

describe('on simd', () => {
  beforeAll(() => useBackend('simd'));

  test.for<[string, (x: tf.Tensor) => tf.Tensor]>([
    ['transpose', (x) => tf.transpose(x, [1, 2, 0])],
    ['slice', (x) => tf.slice(x, [0, 1, 1], [2, 2, 3])],
    ['reverse', (x) => tf.reverse(x, 1)],
    ['tile', (x) => tf.tile(x, [2, 1, 3])],
    [
      'pad',
      (x) =>
        tf.pad(x, [
          [1, 0],
          [0, 2],
          [0, 0],
        ]),
    ],
  ])('the gradient of %s is that of its values', ([, f]) => expectGradient(([x]) => f(x), [[2, 3, 4]]));

  test('large matrices are turned, and turned back', () => {
    const x = Float32Array.from({ length: 3 * 67 * 130 }, (_, i) => i);
    const tensor = tf.tensor3d(x, [3, 67, 130]);
    const turned = tf.transpose(tensor, [0, 2, 1]);
    const values = turned.dataSync();
    for (let i = 0; i < x.length; i += 97) {
      const [matrix, row, column] = [Math.floor(i / 8710), Math.floor(i / 130) % 67, i % 130];
      expect(values[(matrix * 130 + column) * 67 + row]).toBe(i);
    }
    const back = tf.transpose(turned, [0, 2, 1]).dataSync();
    expect(back.findIndex((value, i) => value !== x[i])).toBe(-1);
    const twice = tf.transpose(tf.transpose(tensor, [2, 1, 0]), [2, 1, 0]).dataSync();
    expect(twice.findIndex((value, i) => value !== x[i])).toBe(-1);
  });

  test('stridedSlice from behind its end forward is empty', () => {
    expect(tf.stridedSlice([1, 2], [-1], [0], [1]).shape).toEqual([0]);
    expect(tf.stridedSlice(tf.ones([3, 3]), [2, 2], [1, 0], [1, 1]).shape).toEqual([0, 0]);
  });

  test('stridedSlice drops an axis and goes backward along another, where the cpu engine mixes the two up', () => {
    const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
    const row = tf.stridedSlice(x, [1, 0], [2, 0], [1, -1], 2, 2, 0, 0, 1);
    expect(row.shape).toEqual([3]);
    expect([...row.dataSync()]).toEqual([6, 5, 4]);
  });
});
