// Every kernel that threads share gives the same bits for any number of them: the parts depend on the data alone.
import { useBackend } from '@hornbook/backends';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SimdBackend } from '../backend.ts';

const [rows, width] = [131, 1003];
const numbers = Float32Array.from({ length: rows * width }, (_, i) => Math.sin(i) * 3);

const kernels: [string, (x: tf.Tensor2D) => tf.Tensor][] = [
  ['a function', (x) => tf.tanh(x)],
  ['two tensors', (x) => tf.mul(x, tf.neg(x))],
  ['broadcast rows', (x) => tf.add(x, tf.slice(x, [3, 0], [1, width]))],
  ['broadcast columns', (x) => tf.sub(x, tf.slice(x, [0, 3], [rows, 1]))],
  ['comparison and choice', (x) => tf.where(tf.less(x, 0.5), x, tf.square(x))],
  ['cast', (x) => tf.cast(x, 'int32')],
  ['sum of all', (x) => tf.sum(x)],
  ['sum of rows', (x) => tf.sum(x, 1)],
  ['sum of columns', (x) => tf.sum(x, 0)],
  ['largest of all', (x) => tf.max(x)],
  ['largest of columns', (x) => tf.max(x, 0)],
  ['place of the largest', (x) => tf.argMax(x, 1)],
  ['softmax', (x) => tf.softmax(x)],
  ['running sum', (x) => tf.cumsum(x, 0)],
  ['transpose', (x) => tf.transpose(x)],
  ['slice', (x) => tf.slice(x, [1, 1], [rows - 2, width - 2])],
  ['reverse', (x) => tf.reverse(x)],
  ['tile', (x) => tf.tile(x, [2, 1])],
  [
    'pad',
    (x) =>
      tf.pad(x, [
        [1, 2],
        [3, 4],
      ]),
  ],
  ['concat', (x) => tf.concat([x, x], 1)],
  ['gather', (x) => tf.gather(x, tf.mod(tf.range(0, 300, 1, 'int32'), tf.scalar(rows, 'int32')))],
  [
    'segment sum',
    (x) => tf.unsortedSegmentSum(x, tf.mod(tf.range(0, rows, 1, 'int32'), tf.scalar(7, 'int32')) as tf.Tensor1D, 7),
  ],
  ['one-hot', (x) => tf.oneHot(tf.argMax(x, 1), width)],
];

let backend: SimdBackend;
let threads: number;

beforeAll(async () => {
  await useBackend('simd');
  backend = tf.backend() as SimdBackend;
  threads = backend.threads;
});

afterAll(() => {
  backend.threads = threads;
});

test.each(kernels)('%s', (_, f) => {
  const results = [1, 2, 4].map((count) => {
    backend.threads = count;
    return tf.tidy(() => f(tf.tensor2d(numbers, [rows, width])).dataSync());
  });
  const [alone, ...shared] = results;
  for (const values of shared) expect(values.findIndex((value, i) => !Object.is(value, alone[i]))).toBe(-1);
});
