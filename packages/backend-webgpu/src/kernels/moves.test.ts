// What moves numbers and what picks them, against the cpu engine: int32 beyond 2^24, bool, and float32 of many axes.
import { useBackend } from '@hornbook/backends';
import { engines, expectAsOnCpu, type RandomTensor, tensorOf } from '@hornbook/testing';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, test } from 'vitest';

const webgpu = engines.find(({ name }) => name === 'webgpu');
const runs = { numRuns: 12 };

const anyDtype = fc.constantFrom<RandomTensor['dtype']>('int32', 'int32', 'bool', 'float32');
const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 });

/** Of whole numbers, those that float32 does not have. */
function anyTensor(shape: number[], dtype: RandomTensor['dtype']) {
  const odd = (x: RandomTensor) => ({ ...x, values: x.values.map((value) => value * 2 ** 21 + 1) });
  return dtype === 'int32' ? tensorOf(shape, dtype).map(odd) : tensorOf(shape, dtype, fc.integer({ min: -9, max: 9 }));
}

/** A tensor, one of its axes, and numbers to choose by. */
const moved = fc.tuple(shapes, anyDtype).chain(([shape, dtype]) =>
  fc.record({
    x: anyTensor(shape, dtype),
    axis: fc.nat(shape.length - 1),
    numbers: fc.array(fc.nat(1000), { minLength: 12, maxLength: 12 }),
  }),
);

type Op = (x: tf.Tensor, axis: number, numbers: readonly number[]) => tf.Tensor | tf.Tensor[];

const ops: Record<string, Op> = {
  slice: (x, _, numbers) => {
    const begin = x.shape.map((size, i) => numbers[i] % size);
    const size = x.shape.map((size, i) => 1 + (numbers[6 + i] % (size - begin[i])));
    return tf.slice(x, begin, size);
  },
  transpose: (x, _, numbers) => {
    const order = x.shape.map((_, i) => i).sort((i, j) => numbers[i] - numbers[j]);
    return tf.transpose(x, order);
  },
  tile: (x, axis, numbers) =>
    tf.tile(
      x,
      x.shape.map((_, i) => (i === axis ? 1 + (numbers[0] % 3) : 1)),
    ),
  reverse: (x, axis, numbers) => tf.reverse(x, numbers[0] % 2 === 0 ? axis : [0, axis].slice(axis === 0 ? 1 : 0)),
  pad: (x, _, numbers) =>
    tf.pad(
      x,
      x.shape.map((_, i) => [numbers[i] % 2, numbers[6 + i] % 3]),
      x.dtype === 'bool' ? 1 : x.dtype === 'int32' ? 2 ** 24 + 1 : 0.5,
    ),
  'strided slice': (x, axis, numbers) => {
    const back = numbers[0] % 2 === 1;
    const along = (forth: number, turned: number) => x.shape.map((_, i) => (i === axis && back ? turned : forth));
    const all = x.shape.map((size, i) => (i === axis && back ? -size - 1 : size));
    const [first, step] = [along(0, -1), along(1 + (numbers[1] % 2), -1 - (numbers[1] % 2))];
    return tf.stridedSlice(x, first, all, step);
  },
  concat: (x, axis) =>
    tf.concat(
      [x, tf.logicalNot(tf.cast(x, 'bool')), x].map((part) => tf.cast(part, x.dtype)),
      axis,
    ),
  stack: (x, axis) => tf.stack([x, x], axis),
  unstack: (x, axis) => tf.unstack(x, axis),
  split: (x, axis, numbers) => {
    const length = x.shape[axis];
    const first = numbers[0] % (length + 1);
    return tf.split(x, [first, length - first], axis);
  },
  gather: (x, axis, numbers) => {
    const ids = numbers.slice(0, 4).map((number) => number % x.shape[axis]);
    return tf.gather(x, tf.tensor2d(ids, [2, 2], 'int32'), axis);
  },
  'gather by batches': (x, axis, numbers) => {
    const ids = Array.from({ length: 2 * x.shape[0] }, (_, i) => numbers[i] % (x.shape[axis] as number));
    return axis === 0 ? x.clone() : tf.gather(x, tf.tensor2d(ids, [x.shape[0], 2], 'int32'), axis, 1);
  },
  where: (x, _, numbers) => {
    const size = tf.util.sizeFromShape(x.shape);
    const truths = Array.from({ length: size }, (_, i) => numbers[i % 12] % 2);
    return tf.where(tf.tensor(truths, x.shape, 'bool'), x, tf.zerosLike(x));
  },
  gatherND: (x, axis, numbers) => {
    const rank = axis + 1;
    const ids = Array.from({ length: 2 * rank }, (_, i) => numbers[i] % (x.shape[i % rank] as number));
    return tf.gatherND(x, tf.tensor2d(ids, [2, rank], 'int32'));
  },
};

describe.skipIf(!webgpu?.available)('moves on webgpu', () => {
  beforeAll(async () => {
    await useBackend('webgpu');
    tf.env().set('WEBGPU_CPU_FORWARD', false); // small tensors, too, on the GPU
  });

  afterAll(() => tf.env().set('WEBGPU_CPU_FORWARD', true));

  test.each(Object.entries(ops))('%s', (_, op) =>
    fc.assert(
      fc.asyncProperty(moved, ({ x, axis, numbers }) =>
        expectAsOnCpu('webgpu', ([x]) => tf.tidy(() => op(x, axis, numbers)), [x]),
      ),
      runs,
    ),
  );
});
