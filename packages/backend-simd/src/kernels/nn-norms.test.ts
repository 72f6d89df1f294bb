// Norms against their plain definitions on cpu: rows of any width, alone and behind a sum, and their gradients.
import { expectAsOnCpu, normAndGradients, normOps, tensorOf } from '@hornbook/testing';
import fc from 'fast-check';
import { describe, test } from 'vitest';

/** Rows that do not cancel to the last digit: what is left would be noise on either engine. */
const spread = fc.integer({ min: -64, max: 64 }).map((n) => n / 16);
const withEdges = fc.oneof(
  { weight: 60, arbitrary: spread },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 1e-40) },
);

const inputs = (element: fc.Arbitrary<number>) =>
  fc
    .tuple(fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 2 }), fc.integer({ min: 2, max: 40 }))
    .chain(([outer, width]) => {
      const shape = [...outer, width];
      const rows = () => tensorOf(shape, 'float32', element);
      const learned = () => tensorOf([width], 'float32', spread);
      return fc.tuple(rows(), rows(), learned(), learned(), tensorOf(shape, 'float32', spread));
    });

describe.each(normOps)('%s', (_, op) => {
  test.each([
    ['ordinary numbers', spread],
    ['the edges of float32 among them', withEdges],
  ])('gives what it gives on cpu, and the same gradients: %s', (_, element) =>
    fc.assert(
      fc.asyncProperty(inputs(element), (drawn) =>
        expectAsOnCpu('simd', (tensors) => normAndGradients(op, tensors), drawn, { ulps: 64, absolute: 2e-4 }),
      ),
      { numRuns: 25 },
    ),
  );
});
