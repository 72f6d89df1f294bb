// Functions of one tensor against the cpu engine, on numbers of all sizes and the edges of float32; and their gradients.
import { useBackend } from '@hornbook/backends';
import { anyFloat, anyShape, expectAsOnCpu, expectGradient, tensorOf, toBeAllclose } from '@hornbook/testing';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

const leastNormal = 2 ** -126;

/** By how many units in the last place each may differ. TensorFlow.js's own erf is only within 5e-7 of the truth. */
const functions: [string, (x: tf.Tensor) => tf.Tensor, { ulps?: number; absolute?: number }][] = [
  ['neg', tf.neg, {}],
  ['abs', tf.abs, {}],
  ['square', tf.square, {}],
  ['sqrt', tf.sqrt, {}],
  ['rsqrt', tf.rsqrt, { ulps: 1 }],
  ['reciprocal', tf.reciprocal, {}],
  ['exp', tf.exp, { ulps: 1, absolute: leastNormal }],
  ['expm1', tf.expm1, { ulps: 2 }],
  ['log', tf.log, { ulps: 1 }],
  ['log1p', tf.log1p, { ulps: 2 }],
  ['tanh', tf.tanh, { ulps: 2 }],
  ['sigmoid', tf.sigmoid, { ulps: 3, absolute: leastNormal }],
  ['erf', tf.erf, { absolute: 5e-7 }],
  ['sin', tf.sin, { ulps: 2 }],
  ['cos', tf.cos, { ulps: 2 }],
  ['sign', tf.sign, {}],
  ['floor', tf.floor, {}],
  ['ceil', tf.ceil, {}],
  ['round', tf.round, {}],
  ['relu', tf.relu, {}],
  ['relu6', tf.relu6, {}],
  ['leakyRelu', (x) => tf.leakyRelu(x, 0.3), { ulps: 1 }],
  ['step', (x) => tf.step(x, 0.1), {}],
  ['clipByValue', (x) => tf.clipByValue(x, -0.5, 2), {}],
];

describe.each(functions)('%s', (_, f, closeness) => {
  test('gives what it gives on cpu', () =>
    fc.assert(
      fc.asyncProperty(
        anyShape.chain((shape) => tensorOf(shape, 'float32', anyFloat)),
        (x) => expectAsOnCpu('simd', ([x]) => f(x), [x], closeness),
      ),
      { numRuns: 40 },
    ));
});

describe('on simd', () => {
  beforeAll(() => useBackend('simd'));

  test.for([
    ['square', tf.square, 0],
    ['sqrt', tf.sqrt, 3],
    ['rsqrt', tf.rsqrt, 3],
    ['reciprocal', tf.reciprocal, 3],
    ['exp', tf.exp, 0],
    ['expm1', tf.expm1, 0],
    ['log', tf.log, 3],
    ['log1p', tf.log1p, 3],
    ['tanh', tf.tanh, 0],
    ['sigmoid', tf.sigmoid, 0],
    ['erf', tf.erf, 0],
    ['sin', tf.sin, 0],
    ['cos', tf.cos, 0],
  ] as [string, (x: tf.Tensor) => tf.Tensor, number][])('the gradient of %s is that of its values', ([, f, shift]) =>
    expectGradient(([x]) => f(tf.add(x, shift)), [[3, 7]]),
  );

  test('erf has all digits of float32', () => {
    const x = [-3, -1, -0.5, 1e-20, 0.1, 0.9, 1.5, 2.5];
    const erf = [
      -0.9999779095030014, -0.8427007929497149, -0.5204998778130465, 1.1283791670955127e-20, 0.112462916018285,
      0.7969082124228322, 0.9661051464753108, 0.999593047982555,
    ];
    toBeAllclose(tf.erf(x).dataSync(), erf, { absolute: 0, relative: 1.5e-7 });
  });

  test('exp and sigmoid leave no denormals behind', () => {
    const x = tf.linspace(-110, -80, 3001);
    for (const f of [tf.exp, tf.sigmoid]) {
      const values = f(x).dataSync();
      expect(values.every((value) => value === 0 || value >= leastNormal)).toBe(true);
      expect(values.at(0)).toBe(0);
      expect(values.at(-1)).toBeGreaterThan(0);
    }
  });

  test('integers stay integers', () => {
    expect(tf.abs(tf.tensor1d([-3, 4], 'int32')).dtype).toBe('int32');
    expect([...tf.neg(tf.tensor1d([-3, 4], 'int32')).dataSync()]).toEqual([3, -4]);
  });
});
