// Reductions over any axes against the cpu engine, their gradients, and how exact long sums are.
import { useBackend } from '@hornbook/backends';
import {
  anyFloat,
  anyShape,
  expectAsOnCpu,
  expectGradient,
  type RandomTensor,
  tameFloat,
  tensorOf,
} from '@hornbook/testing';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

type Reduction = (x: tf.Tensor, axes: number[], keepDims: boolean) => tf.Tensor;
type Dtype = RandomTensor['dtype'];

/** A tensor and some of its axes, in any order, counted from either end. */
function cases(dtype: Dtype, element: fc.Arbitrary<number>) {
  return anyShape.chain((shape) => {
    const axes = fc.shuffledSubarray([...shape.keys()]);
    const fromTheEnd = fc.boolean();
    const picked = fc
      .tuple(axes, fromTheEnd)
      .map(([list, end]) => list.map((axis) => (end ? axis - shape.length : axis)));
    return fc.record({ x: tensorOf(shape, dtype, element), axes: picked, keepDims: fc.boolean() });
  });
}

const reductions: [string, Dtype, Reduction, fc.Arbitrary<number>, { ulps?: number; absolute?: number }][] = [
  ['sum', 'float32', tf.sum, tameFloat, { ulps: 2, absolute: 2e-5 }],
  ['sum', 'int32', tf.sum, anyFloat, {}],
  ['sum', 'bool', tf.sum, anyFloat, {}],
  ['mean', 'float32', tf.mean, tameFloat, { ulps: 2, absolute: 2e-6 }],
  ['mean', 'int32', tf.mean, anyFloat, { ulps: 2, absolute: 2e-5 }],
  ['max', 'float32', tf.max, anyFloat, {}],
  ['max', 'int32', tf.max, anyFloat, {}],
  ['min', 'float32', tf.min, anyFloat, {}],
  ['min', 'int32', tf.min, anyFloat, {}],
  ['prod', 'float32', tf.prod, tameFloat, { ulps: 4 }],
  ['any', 'bool', tf.any, anyFloat, {}],
  ['all', 'bool', tf.all, anyFloat, {}],
];

describe.each(reductions)('%s of %s', (_, dtype, f, element, closeness) => {
  test('gives what it gives on cpu', () =>
    fc.assert(
      fc.asyncProperty(cases(dtype, element), ({ x, axes, keepDims }) =>
        expectAsOnCpu('simd', ([x]) => f(x, axes, keepDims), [x], closeness),
      ),
      { numRuns: 60 },
    ));
});

/** A tensor of at least one axis, and one of its axes. */
const lines = (element: fc.Arbitrary<number>, dtype: Dtype = 'float32') =>
  anyShape
    .filter((shape) => shape.length > 0)
    .chain((shape) => fc.record({ x: tensorOf(shape, dtype, element), axis: fc.nat(shape.length - 1) }));

/** Numbers of which many are equal, so that the first of them must be found. */
const coarse = fc.oneof(fc.integer({ min: -3, max: 3 }), anyFloat);

describe('along one axis, as on cpu', () => {
  test.for<[string, (x: tf.Tensor, axis: number) => tf.Tensor]>([
    ['argMax', tf.argMax],
    ['argMin', tf.argMin],
  ])('%s finds the first of the best', ([, f]) =>
    fc.assert(
      fc.asyncProperty(lines(coarse), ({ x, axis }) => {
        fc.pre(!x.shape.includes(0));
        return expectAsOnCpu('simd', ([x]) => f(x, axis), [x]);
      }),
      { numRuns: 60 },
    ),
  );

  test.for<Dtype>(['float32', 'int32'])('cumsum of %s', (dtype) =>
    fc.assert(
      fc.asyncProperty(lines(anyFloat, dtype), fc.boolean(), fc.boolean(), ({ x, axis }, exclusive, reverse) =>
        expectAsOnCpu('simd', ([x]) => tf.cumsum(x, axis, exclusive, reverse), [x]),
      ),
      { numRuns: 60 },
    ),
  );

  test.for<[string, (x: tf.Tensor) => tf.Tensor]>([
    ['softmax', (x) => tf.softmax(x)],
    ['logSoftmax', (x) => tf.logSoftmax(x)],
  ])('%s', ([, f]) =>
    fc.assert(
      fc.asyncProperty(
        lines(fc.oneof({ weight: 9, arbitrary: tameFloat }, fc.constantFrom(-Infinity, 90, -1e9))),
        ({ x }) => expectAsOnCpu('simd', ([x]) => f(x), [x], { ulps: 8, absolute: 1e-6 }),
      ),
      { numRuns: 60 },
    ),
  );
});

/** x with its rows so far apart that a small step does not change their order. */
const apart = (x: tf.Tensor) => tf.add(x, tf.tensor3d([0, 3, 9, 6], [1, 4, 1]));

describe('on simd', () => {
  beforeAll(() => useBackend('simd'));

  test.for<[string, (x: tf.Tensor) => tf.Tensor]>([
    ['sum', (x) => tf.sum(x, 1)],
    ['mean', (x) => tf.mean(x, [0, 2])],
    ['max', (x) => tf.max(apart(x), 1)],
    ['min', (x) => tf.min(apart(x), 1)],
    ['prod', (x) => tf.prod(tf.add(x, 2), 1)],
    ['cumsum', (x) => tf.cumsum(x, 2, true)],
    ['softmax', (x) => tf.softmax(x)],
    ['logSoftmax', (x) => tf.logSoftmax(x)],
  ])('the gradient of %s is that of its values', ([, f]) => expectGradient(([x]) => f(x), [[3, 4, 5]]));

  const long = Float32Array.from({ length: 200_003 }, (_, i) => 1 + Math.sin(i) / 2);
  const exact = long.reduce((sum, x) => sum + x, 0);

  test('a long sum has all digits of float32: of a row, of columns, of both', () => {
    expect(tf.sum(tf.tensor1d(long)).dataSync()[0]).toBe(Math.fround(exact));
    const half = long.subarray(0, 200_000);
    const sumOfHalf = half.reduce((sum, x) => sum + x, 0);
    const columns = Array.from(tf.sum(tf.tensor2d(half, [20_000, 10]), 0).dataSync());
    expect(columns.reduce((sum, x) => sum + x, 0) / sumOfHalf).toBeCloseTo(1, 7);
    expect(tf.mean(tf.tensor3d(half, [100, 20, 100])).dataSync()[0]).toBeCloseTo(sumOfHalf / half.length, 6);
  });

  test('rows and columns of a large matrix are summed like small ones', () => {
    const x = tf.tensor2d(long.subarray(0, 199 * 1003), [199, 1003]);
    const rows = Array.from(tf.sum(x, 1).dataSync());
    const columns = Array.from(tf.sum(x, 0).dataSync());
    for (let r = 0; r < 199; r += 33) {
      const sum = long.subarray(r * 1003, (r + 1) * 1003).reduce((sum, value) => sum + value, 0);
      expect(Math.abs(rows[r] / sum - 1)).toBeLessThan(2e-7);
    }
    for (let c = 0; c < 1003; c += 101) {
      let sum = 0;
      for (let r = 0; r < 199; r++) sum += long[r * 1003 + c];
      expect(Math.abs(columns[c] / sum - 1)).toBeLessThan(2e-7);
    }
  });

  test('the largest of many is found wherever it stands', () => {
    for (const place of [0, 1, 16383, 16384, 150_000, 200_002]) {
      const x = long.slice();
      x[place] = 9;
      expect(tf.max(x).dataSync()[0]).toBe(9);
      expect(tf.argMax(x).dataSync()[0]).toBe(place);
      x[place] = Number.NaN;
      expect(tf.max(x).dataSync()[0]).toBeNaN();
    }
  });

  test('softmax does not overflow, and gives 0 to what is masked', () => {
    expect([...tf.softmax([1000, 1000, -Infinity]).dataSync()]).toEqual([0.5, 0.5, 0]);
    expect([...tf.softmax([-2, -3, 0, 5]).dataSync()].map((p) => p.toPrecision(5))).toEqual([
      '0.00090466',
      '0.00033281',
      '0.0066846',
      '0.99208',
    ]);
  });
});
