// Memory stays as it is: over 10,000 steps, over shapes that change from step to step, and after an error.
import { useBackend } from '@hornbook/backends';
import { compileStep } from '@hornbook/ops';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import type { SimdBackend } from './backend.ts';

let backend: SimdBackend;

beforeAll(async () => {
  await useBackend('simd');
  backend = tf.backend() as SimdBackend;
});

/** Kernels of every kind. */
function forward(rows: number, width: number, w: tf.Tensor): tf.Scalar {
  const x = tf.reshape(tf.linspace(-1, 1, rows * width), [rows, width]);
  const mask = tf.less(tf.reshape(tf.linspace(-1, 1, 2 * width * width), [width, 2 * width]), 0.3);
  const hidden = tf.tanh(tf.matMul(x, w as tf.Tensor2D));
  const picked = tf.gather(tf.softmax(hidden), tf.argMax(x, 0));
  const joined = tf.concat([picked, tf.transpose(tf.transpose(picked))], 1);
  return tf.mean(tf.where(mask, joined, tf.square(joined)));
}

function step(rows: number, width: number): void {
  tf.tidy(() => {
    const w = tf.fill([width, width], 0.1);
    const { value, grad } = tf.valueAndGrad((w: tf.Tensor) => forward(rows, width, w))(w);
    tf.addN([value, tf.sum(grad), tf.max(grad)]).dataSync();
  });
}

function size() {
  const { numBytesInWasm, wasmMemorySize } = backend.memory();
  return { numBytesInWasm, wasmMemorySize, numTensors: tf.memory().numTensors, numDataIds: backend.numDataIds() };
}

test('10,000 steps leave it as one does, with gradients and without', () => {
  const plain = () => tf.tidy(() => forward(8, 6, tf.fill([6, 6], 0.1)).dataSync());
  step(8, 6);
  plain();
  const before = size();
  for (let i = 0; i < 500; i++) step(8, 6);
  for (let i = 0; i < 9500; i++) plain();
  expect(size()).toEqual(before);
});

test('steps of ever other shapes need no more than the largest', () => {
  const shapes = Array.from({ length: 40 }, (_, i) => [1 + ((i * 37) % 61), 1 + ((i * 53) % 47)] as const);
  step(61, 47);
  for (const [rows, width] of shapes) step(rows, width);
  const before = size();
  for (let round = 0; round < 5; round++) for (const [rows, width] of shapes) step(rows, width);
  expect(size()).toEqual(before);
});

/** A step that learns; its batch may have any number of rows. */
function learning(w: tf.Variable) {
  return compileStep(function* (x: tf.Tensor) {
    const { value, grads } = tf.variableGrads(() => tf.mean(tf.square(tf.matMul(x as tf.Tensor2D, w as never))), [w]);
    yield [value, grads[w.name]];
    w.assign(tf.sub(w, tf.mul(grads[w.name], 0.01)));
  });
}

const rowsOf = (rows: number) => ({ data: new Float32Array(rows * 6).fill(0.1), shape: [rows, 6] });

test('1,000 replays of a step leave it as a few do', async () => {
  const w = tf.tidy(() => tf.variable(tf.fill([6, 6], 0.1)));
  const step = learning(w);
  for (let i = 0; i < 5; i++) await step.run([rowsOf(8)]);
  const before = size();
  for (let i = 0; i < 1000; i++) await step.run([rowsOf(8)]);
  expect(size()).toEqual(before);
  expect(step.replays).toBe(1002);
  step.dispose();
  w.dispose();
});

test('recordings for ever other shapes give their memory back', async () => {
  const before = size();
  const w = tf.tidy(() => tf.variable(tf.fill([6, 6], 0.1)));
  const step = learning(w);
  const round = async () => {
    for (let rows = 1; rows <= 9; rows++) for (let i = 0; i < 5; i++) await step.run([rowsOf(rows)]);
  };
  await round();
  const after = size();
  for (let i = 0; i < 20; i++) await round();
  expect(size()).toEqual(after);
  step.dispose();
  w.dispose();
  expect(size()).toEqual({ ...before, wasmMemorySize: after.wasmMemorySize });
});

test('an operation that is refused leaves nothing behind', () => {
  const before = size();
  tf.tidy(() => {
    const x = tf.ones([3, 2]);
    expect(() => tf.gather(x, tf.tensor1d([7], 'int32'))).toThrow('not in [0, 2]');
    expect(() => tf.add(x, tf.ones([4]))).toThrow('could not be broadcast');
  });
  expect(size()).toEqual(before);
});

test('no tensor reaches the end of the memory, where a vector that is loaded at the end of its rows would trap', () => {
  tf.tidy(() => {
    const size = () => backend.memory().wasmMemorySize;
    const begun = size();
    while (size() === begun) tf.fill([2 ** 18], 1); // other tests may have left much room
    const end = size();
    /** What lies behind a new tensor. */
    const behind = (length: number) => end - backend.pointer(tf.fill([length], 1)) - 4 * length;
    for (const length of [2 ** 18, 2 ** 12]) while (behind(length) > 16 * length);
    for (let rest = behind(16); size() === end; rest = behind(16)) expect(rest).toBeGreaterThanOrEqual(64);
  });
});
