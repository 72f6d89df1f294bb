// Products with weights of one byte: against their plain definition on cpu, and the same bits for any number of threads.
import { useBackend } from '@hornbook/backends';
import { int8MatMul, quantizeInt8 } from '@hornbook/ops';
import { anyFloat, expectAsOnCpu, tameFloat, tensorOf } from '@hornbook/testing';
import { backend, type Tensor1D, type Tensor2D, type Tensor3D, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SimdBackend } from '../backend.ts';

test('any sizes, bytes and scales: what the plain definition gives', () =>
  fc.assert(
    fc.asyncProperty(
      fc
        .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 70 }))
        .chain(([rows, inner, columns]) => {
          const bytes = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
          const panels = Math.ceil(columns / 8);
          const length = panels * inner * 2;
          const packed = fc.array(bytes, { minLength: length, maxLength: length, size: 'max' });
          return fc.tuple(
            tensorOf([rows, inner], 'float32', tameFloat),
            packed.map((values) => ({ shape: [panels, inner, 2], dtype: 'int32' as const, values })),
            tensorOf([columns], 'float32', fc.float({ min: 0, max: Math.fround(0.01), noNaN: true })),
            tensorOf([columns], 'float32', anyFloat),
          );
        }),
      (inputs) =>
        expectAsOnCpu(
          'simd',
          ([x, packed, scales, bias]) => {
            const weight = { packed: packed as Tensor3D, scales: scales as Tensor1D };
            return int8MatMul(x, weight, bias as Tensor1D);
          },
          inputs,
          { ulps: 2, absolute: 2e-5 },
        ),
    ),
    { numRuns: 40 },
  ));

test('any number of threads gives the same bits', async () => {
  await useBackend('simd');
  const engine = backend() as SimdBackend;
  const before = engine.threads;
  const wave = (size: number, step: number) => Float32Array.from({ length: size }, (_, i) => Math.sin(step * i));
  const weight = await quantizeInt8(tensor2d(wave(301 * 411, 1.3), [301, 411]));
  const x = tensor2d(wave(2 * 301, 0.7), [2, 301]) as Tensor2D;
  const bits = new Set<string>();
  for (const threads of [1, 2, 4]) {
    engine.threads = threads;
    for (let round = 0; round < 4; round++) {
      bits.add(new Int32Array(int8MatMul(x, weight, tensor1d(wave(411, 2))).dataSync().buffer).join());
      await new Promise((resolve) => setTimeout(resolve, 20)); // until helpers have come to life
    }
  }
  engine.threads = before;
  expect(bits.size).toBe(1);
});
