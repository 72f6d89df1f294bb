// int32 that goes where other numbers say, against the cpu engine: numbers that float32 does not have, and sums where several meet.
import { useBackend } from '@hornbook/backends';
import { engines, expectAsOnCpu, type RandomTensor } from '@hornbook/testing';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, test } from 'vitest';

const webgpu = engines.find(({ name }) => name === 'webgpu');
const ints = (values: number[], shape: number[]): RandomTensor => ({ shape, dtype: 'int32', values });
const odd = fc.integer({ min: -100, max: 100 }).map((value) => 2 ** 24 + 2 * value + 1);
const many = (count: number, of = odd) => fc.array(of, { minLength: count, maxLength: count });
const runs = { numRuns: 15 };

/** Six places along the axes of [4, 3, 2], of one axis, of two or of all; apart from each other, where they must be. */
const places = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.boolean()).chain(([rank, apart]) => {
  const size = [4, 12, 24][rank - 1];
  const count = apart ? Math.min(size, 6) : 6;
  const coordinates = (flat: number) =>
    [[flat], [Math.floor(flat / 3), flat % 3], [Math.floor(flat / 6), Math.floor(flat / 2) % 3, flat % 2]][rank - 1];
  const slice = [6, 2, 1][rank - 1];
  const flat = apart
    ? fc.uniqueArray(fc.nat(size - 1), { minLength: count, maxLength: count })
    : fc.array(fc.nat(size - 1), { minLength: count, maxLength: count });
  return fc.record({
    apart: fc.constant(apart),
    indices: flat.map((list) => ints(list.flatMap(coordinates), [count, rank])),
    updates: many(count * slice).map((values) => ints(values, [count, ...[4, 3, 2].slice(rank)])),
    whole: many(24).map((values) => ints(values, [4, 3, 2])),
  });
});

describe.skipIf(!webgpu?.available)('scatters of whole numbers on webgpu', () => {
  beforeAll(async () => {
    await useBackend('webgpu');
    tf.env().set('WEBGPU_CPU_FORWARD', false); // small tensors, too, on the GPU
  });

  afterAll(() => tf.env().set('WEBGPU_CPU_FORWARD', true));

  test('into zeros, and into another tensor', () =>
    fc.assert(
      fc.asyncProperty(places, ({ apart, indices, updates, whole }) =>
        expectAsOnCpu(
          'webgpu',
          ([indices, updates, whole]) => {
            const sums = tf.scatterND(indices, updates, [4, 3, 2]);
            return apart ? [sums, tf.tensorScatterUpdate(whole, indices, updates)] : sums;
          },
          [indices, updates, whole],
        ),
      ),
      runs,
    ));

  test('into a default', () =>
    expectAsOnCpu(
      'webgpu',
      ([at, values, fallback, one]) => [
        tf.sparseToDense(at, values, [6], fallback as tf.Scalar),
        tf.sparseToDense(at, one, [6], fallback as tf.Scalar),
      ],
      [ints([4, 0, 3], [3]), ints([2 ** 24 + 1, -5, 2 ** 31 - 1], [3]), ints([2 ** 24 + 3], []), ints([7], [])],
    ));

  test('rows by their segments', () => {
    const given = fc.tuple(many(15), fc.array(fc.integer({ min: -1, max: 4 }), { minLength: 5, maxLength: 5 }));
    return fc.assert(
      fc.asyncProperty(given, ([values, segments]) =>
        expectAsOnCpu('webgpu', ([x, ids]) => tf.unsortedSegmentSum(x, ids as tf.Tensor1D, 4), [
          ints(values, [5, 3]),
          ints(segments, [5]),
        ]),
      ),
      runs,
    );
  });

  test('counts', () => {
    const given = fc.tuple(many(12, fc.nat(6)), many(12), fc.boolean());
    return fc.assert(
      fc.asyncProperty(given, ([values, weights, binary]) =>
        expectAsOnCpu(
          'webgpu',
          ([x, weights, none]) =>
            tf.tidy(() => {
              const [rows, heavy] = [x, weights].map((each) => tf.reshape<tf.Rank.R2>(each, [3, 4]));
              const [line, heavyLine, light] = [x, weights, none] as tf.Tensor1D[];
              return [
                tf.bincount(line, heavyLine, 5),
                tf.bincount(line, light, 5),
                tf.denseBincount(rows, heavy, 5, binary),
                tf.denseBincount(rows, light as tf.Tensor as tf.Tensor2D, 5, binary),
              ];
            }),
          [ints(values, [12]), ints(weights, [12]), ints([], [0])],
        ),
      ),
      runs,
    );
  });
});
