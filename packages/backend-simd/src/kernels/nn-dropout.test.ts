// Dropout against its plain definition on cpu: any shape, number, rate and seed.
import { dropout } from '@hornbook/ops';
import { anyFloat, anyShape, expectAsOnCpu, tensorOf } from '@hornbook/testing';
import { valueAndGrad } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { test } from 'vitest';

const tensors = anyShape.chain((shape) => fc.tuple(tensorOf(shape, 'float32', anyFloat), tensorOf(shape)));
const rate = fc.double({ min: 0, max: 1, noNaN: true });
const seed = fc.integer({ min: 0, max: 2 ** 32 - 1 });

test('gives what it gives on cpu, and the same gradient', () =>
  fc.assert(
    fc.asyncProperty(tensors, rate, seed, (inputs, rate, seed) =>
      expectAsOnCpu(
        'simd',
        ([x, dy]) => {
          const { value, grad } = valueAndGrad((x) => dropout(x, rate, { random: () => seed }))(x, dy);
          return [value, grad];
        },
        inputs,
      ),
    ),
    { numRuns: 60 },
  ));
