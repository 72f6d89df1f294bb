// GELU, SiLU and SwiGLU against their plain definitions on cpu: any shape, numbers of all sizes, the edges of float32.
import { gelu, silu, swiGlu } from '@hornbook/ops';
import { anyFloat, anyShape, expectAsOnCpu, tensorOf } from '@hornbook/testing';
import { type Tensor, valueAndGrads } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, test } from 'vitest';

type Op = (...inputs: Tensor[]) => Tensor;

// TensorFlow.js's own erf on cpu is only within 5e-7 of the truth.
const ops: [string, number, Op, { ulps: number; absolute: number }][] = [
  ['gelu, erf', 1, (x) => gelu(x), { ulps: 12, absolute: 5e-6 }],
  ['gelu, tanh', 1, (x) => gelu(x, 'tanh'), { ulps: 32, absolute: 1e-6 }],
  ['silu', 1, (x) => silu(x), { ulps: 32, absolute: 1e-6 }],
  ['swiGlu', 2, (gate, up) => swiGlu(gate, up), { ulps: 32, absolute: 1e-6 }],
];

describe.each(ops)('%s', (_, count, op, closeness) => {
  test('gives what it gives on cpu, and the same gradient', () =>
    fc.assert(
      fc.asyncProperty(
        anyShape.chain((shape) =>
          fc.tuple(
            ...Array.from({ length: count }, () => tensorOf(shape, 'float32', anyFloat)),
            tensorOf(shape, 'float32', fc.float({ min: -2, max: 2, noNaN: true })),
          ),
        ),
        (inputs) => expectAsOnCpu('simd', (tensors) => withGradients(op, tensors), inputs, closeness),
      ),
      { numRuns: 40 },
    ));
});

/** The value, and the gradients for the last tensor as its own. */
function withGradients(op: Op, tensors: Tensor[]): Tensor[] {
  const { value, grads } = valueAndGrads(op)(tensors.slice(0, -1), tensors.at(-1));
  return [value, ...grads];
}
