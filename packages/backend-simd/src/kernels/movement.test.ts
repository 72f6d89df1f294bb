// What moves numbers, against the cpu engine: every shape, axis and order.
import { useBackend } from '@hornbook/backends';
import { anyFloat, anyShape, expectAsOnCpu, expectGradient, type RandomTensor, tensorOf } from '@hornbook/testing';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

const anyDtype = fc.constantFrom<RandomTensor['dtype']>('float32', 'int32', 'bool');

/** A tensor, and for each of its axes what `of` draws. */
function withAxes<T>(of: (size: number, axis: number) => fc.Arbitrary<T>, shapes = anyShape) {
  return fc
    .tuple(shapes, anyDtype)
    .chain(([shape, dtype]) =>
      fc.record({ x: tensorOf(shape, dtype, anyFloat), perAxis: fc.tuple(...shape.map((n, axis) => of(n, axis))) }),
    );
}

const withOrder = fc.tuple(anyShape, anyDtype).chain(([shape, dtype]) =>
  fc.record({
    x: tensorOf(shape, dtype),
    order: fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }),
  }),
);

const small = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 5 });

/** Tensors that differ along one axis at most. */
const sideBySide = fc
  .tuple(
    small.filter((shape) => shape.length > 0),
    anyDtype,
  )
  .chain(([shape, dtype]) =>
    fc.nat(shape.length - 1).chain((axis) =>
      fc.record({
        axis: fc.constant(axis),
        tensors: fc
          .array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 })
          .chain((sizes) => fc.tuple(...sizes.map((size) => tensorOf(shape.with(axis, size), dtype)))),
      }),
    ),
  );

const cases: [string, () => fc.IAsyncProperty<unknown>][] = [
  [
    'transpose',
    () => fc.asyncProperty(withOrder, ({ x, order }) => expectAsOnCpu('simd', ([x]) => tf.transpose(x, order), [x])),
  ],
  [
    'slice',
    () =>
      fc.asyncProperty(
        withAxes(
          (size) => fc.tuple(fc.nat(size), fc.nat(size)).map(([a, b]) => [Math.min(a, b), Math.abs(a - b)]),
          anyShape.filter((shape) => shape.length > 0),
        ),
        ({ x, perAxis }) =>
          expectAsOnCpu(
            'simd',
            ([x]) =>
              tf.slice(
                x,
                perAxis.map(([begin]) => begin),
                perAxis.map(([, size]) => size),
              ),
            [x],
          ),
      ),
  ],
  [
    'stridedSlice',
    () =>
      fc.asyncProperty(
        withAxes(
          (size) =>
            fc.tuple(
              fc.integer({ min: -size, max: size }),
              fc.integer({ min: -size, max: size }),
              fc.constantFrom(-3, -1, 1, 2),
            ),
          small.filter((shape) => shape.length > 0),
        ),
        fc.nat(31),
        fc.nat(31),
        ({ x, perAxis }, beginMask, endMask) =>
          expectAsOnCpu(
            'simd',
            ([x]) =>
              tf.stridedSlice(
                x,
                perAxis.map(([begin]) => begin),
                perAxis.map(([, end]) => end),
                perAxis.map(([, , step]) => step),
                beginMask,
                endMask,
              ),
            [x],
          ),
      ),
  ],
  [
    'reverse',
    () =>
      fc.asyncProperty(
        withAxes(() => fc.boolean()),
        ({ x, perAxis }) =>
          expectAsOnCpu(
            'simd',
            ([x]) =>
              tf.reverse(
                x,
                perAxis.flatMap((yes, axis) => (yes ? [axis] : [])),
              ),
            [x],
          ),
      ),
  ],
  [
    'tile',
    () =>
      fc.asyncProperty(
        withAxes(() => fc.integer({ min: 1, max: 3 }), small),
        ({ x, perAxis }) => expectAsOnCpu('simd', ([x]) => tf.tile(x, perAxis), [x]),
      ),
  ],
  [
    'pad',
    () =>
      fc.asyncProperty(
        withAxes(
          () => fc.tuple(fc.nat(2), fc.nat(2)),
          small.filter((shape) => shape.length > 0),
        ),
        anyFloat,
        ({ x, perAxis }, constant) =>
          expectAsOnCpu('simd', ([x]) => tf.pad(x, perAxis, x.dtype === 'float32' ? constant : 1), [x]),
      ),
  ],
  [
    'concat',
    () =>
      fc.asyncProperty(sideBySide, ({ tensors, axis }) => expectAsOnCpu('simd', (xs) => tf.concat(xs, axis), tensors)),
  ],
  [
    'stack',
    () =>
      fc.asyncProperty(
        fc
          .tuple(small, anyDtype, fc.integer({ min: 1, max: 4 }))
          .chain(([shape, dtype, count]) =>
            fc.tuple(fc.nat(shape.length), fc.tuple(...Array.from({ length: count }, () => tensorOf(shape, dtype)))),
          ),
        ([axis, tensors]) => expectAsOnCpu('simd', (xs) => tf.stack(xs, axis), tensors),
      ),
  ],
  [
    'unstack',
    () =>
      fc.asyncProperty(
        small
          .filter((shape) => shape.length > 0)
          .chain((shape) =>
            fc.tuple(
              fc.nat(shape.length - 1),
              anyDtype.chain((dtype) => tensorOf(shape, dtype)),
            ),
          ),
        ([axis, x]) => expectAsOnCpu('simd', ([x]) => tf.unstack(x, axis), [x]),
      ),
  ],
  [
    'split',
    () =>
      fc.asyncProperty(
        small
          .filter((shape) => shape.length > 0)
          .chain((shape) =>
            fc.record({
              axis: fc.nat(shape.length - 1),
              sizes: fc.array(fc.nat(4), { minLength: 1, maxLength: 4 }),
              shape: fc.constant(shape),
            }),
          )
          .chain(({ axis, sizes, shape }) =>
            fc.record({
              axis: fc.constant(axis),
              sizes: fc.constant(sizes),
              x: tensorOf(
                shape.with(
                  axis,
                  sizes.reduce((a, b) => a + b),
                ),
              ),
            }),
          ),
        ({ axis, sizes, x }) => expectAsOnCpu('simd', ([x]) => tf.split(x, sizes, axis), [x]),
      ),
  ],
  [
    'gather',
    () =>
      fc.asyncProperty(
        small
          .filter((shape) => shape.length > 0)
          .chain((shape) =>
            fc.tuple(
              fc.constantFrom<RandomTensor['dtype']>('float32', 'int32'),
              fc.nat(shape.length - 1),
              fc.constant(shape),
            ),
          )
          .chain(([dtype, axis, shape]) =>
            fc.record({
              axis: fc.constant(axis),
              x: tensorOf(shape, dtype),
              ids: fc.array(fc.nat(shape[axis] - 1), { minLength: 1, maxLength: 6 }),
              twoAxes: fc.boolean(),
            }),
          ),
        ({ axis, x, ids, twoAxes }) => {
          const shape = twoAxes ? [1, ids.length] : [ids.length];
          return expectAsOnCpu('simd', ([x, ids]) => tf.gather(x, ids as tf.Tensor1D, axis), [
            x,
            { shape, dtype: 'int32', values: ids },
          ]);
        },
      ),
  ],
  [
    'unsortedSegmentSum',
    () =>
      fc.asyncProperty(
        small
          .filter((shape) => shape.length > 0)
          .chain((shape) =>
            fc.record({
              x: tensorOf(shape, 'float32', fc.float({ min: -8, max: 8, noNaN: true })),
              ids: fc.array(fc.integer({ min: -1, max: 6 }), { minLength: shape[0], maxLength: shape[0] }),
            }),
          ),
        ({ x, ids }) =>
          expectAsOnCpu(
            'simd',
            ([x, ids]) => tf.unsortedSegmentSum(x, ids as tf.Tensor1D, 6),
            [x, { shape: [ids.length], dtype: 'int32', values: ids }],
            { absolute: 1e-5 },
          ),
      ),
  ],
  [
    'oneHot',
    () =>
      fc.asyncProperty(
        small.chain((shape) => {
          const size = shape.reduce((a, b) => a * b, 1);
          return fc.record({
            shape: fc.constant(shape),
            ids: fc.array(fc.integer({ min: -2, max: 9 }), { minLength: size, maxLength: size }),
            depth: fc.integer({ min: 2, max: 9 }),
            dtype: fc.constantFrom<'float32' | 'int32'>('float32', 'int32'),
          });
        }),
        ({ shape, ids, depth, dtype }) =>
          expectAsOnCpu('simd', ([ids]) => tf.oneHot(ids, depth, 3, -2, dtype), [
            { shape, dtype: 'int32', values: ids },
          ]),
      ),
  ],
  [
    'reshape',
    () =>
      fc.asyncProperty(withOrder, ({ x, order }) =>
        expectAsOnCpu(
          'simd',
          ([y]) =>
            tf.reshape(
              y,
              order.map((axis) => x.shape[axis]),
            ),
          [x],
        ),
      ),
  ],
  [
    'expandDims',
    () =>
      fc.asyncProperty(
        small.chain((shape) => fc.tuple(tensorOf(shape), fc.integer({ min: -shape.length - 1, max: shape.length }))),
        ([x, axis]) => expectAsOnCpu('simd', ([x]) => tf.expandDims(x, axis), [x]),
      ),
  ],
];

describe.each(cases)('%s', (_, property) => {
  test('gives what it gives on cpu', () => fc.assert(property(), { numRuns: 60 }));
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
    ['concat', (x) => tf.concat([x, tf.mul(x, 2)], 1)],
    ['stack', (x) => tf.stack([x, tf.mul(x, 2)], 2)],
    ['unstack', (x) => tf.unstack(x, 1)[1]],
    ['split', (x) => tf.split(x, [1, 3], 2)[1]],
    ['gather', (x) => tf.gather(x, [2, 0, 2], 1)],
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
    expect(tf.transpose(turned, [0, 2, 1]).dataSync()).toEqual(x);
    expect(tf.transpose(tf.transpose(tensor, [2, 1, 0]), [2, 1, 0]).dataSync()).toEqual(x);
  });

  test('stridedSlice drops an axis and goes backward along another, where the cpu engine mixes the two up', () => {
    const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
    const row = tf.stridedSlice(x, [1, 0], [2, 0], [1, -1], 2, 2, 0, 0, 1);
    expect(row.shape).toEqual([3]);
    expect([...row.dataSync()]).toEqual([6, 5, 4]);
  });

  test('rows of equal id are added in their order, on any number of columns', () => {
    const [count, width] = [500, 33];
    const x = Float32Array.from({ length: count * width }, (_, i) => Math.sin(i) * 10 ** (i % 5));
    const ids = Int32Array.from({ length: count }, (_, i) => (i * i) % 11);
    const expected = new Float32Array(11 * width);
    for (let i = 0; i < x.length; i++) expected[ids[Math.floor(i / width)] * width + (i % width)] += x[i];
    const sums = tf.unsortedSegmentSum(tf.tensor2d(x, [count, width]), tf.tensor1d(ids, 'int32'), 11);
    expect(sums.dataSync()).toEqual(expected);
  });

  test('an id that the table does not have is seen in the result', () => {
    const rows = tf.gather(tf.ones([3, 2]), tf.tensor1d([0, 3, -1], 'int32')).dataSync();
    expect([...rows]).toEqual([1, 1, Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
  });
});
