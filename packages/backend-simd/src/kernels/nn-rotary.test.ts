// Rotary positions against their plain definition on cpu, and the way back.
import { rotary } from '@hornbook/ops';
import { expectAsOnCpu, tameFloat, tensorOf } from '@hornbook/testing';
import { type Tensor4D, valueAndGrad } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { test } from 'vitest';

const length = (max: number) => fc.integer({ min: 1, max });

test.each(['half', 'interleaved'] as const)('%s: gives what it gives on cpu, and the same gradient', (layout) =>
  fc.assert(
    fc.asyncProperty(
      fc
        .tuple(length(3), length(3), length(6), length(12), fc.nat(500))
        .chain(([batch, heads, time, pairs, offset]) => {
          const x = tensorOf([batch, heads, time, 2 * pairs], 'float32', tameFloat);
          return fc.tuple(fc.tuple(x, x), fc.record({ offset: fc.constant(offset), base: fc.constantFrom(10, 10000) }));
        }),
      ([inputs, options]) =>
        expectAsOnCpu(
          'simd',
          ([x, dy]) => {
            const { value, grad } = valueAndGrad((x) => rotary(x as Tensor4D, { layout, ...options }))(
              x,
              dy as Tensor4D,
            );
            return [value, grad];
          },
          inputs,
          { absolute: 2e-6 },
        ),
    ),
    { numRuns: 30 },
  ),
);
