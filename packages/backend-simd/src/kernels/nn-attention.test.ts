// Causal attention against its plain definition on cpu: shared heads, windows, caches, biases, masks, dropout; and threads.
import { useBackend } from '@hornbook/backends';
import { causalAttention, causalSelfAttention } from '@hornbook/ops';
import { expectAsOnCpu, type RandomTensor, tameFloat, tensorOf, toBeAllclose } from '@hornbook/testing';
import { type Tensor, type Tensor3D, type Tensor4D, tensor4d, valueAndGrads } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const length = (max: number) => fc.integer({ min: 1, max });
const closeness = { ulps: 16, absolute: 2e-5 };

const sizes = fc.record({
  batch: length(2),
  keyHeads: length(3),
  group: length(3),
  time: fc.oneof({ weight: 5, arbitrary: length(13) }, { weight: 1, arbitrary: length(75) }),
  earlier: fc.oneof(fc.constant(0), length(9)),
  headDim: length(18),
  valueDim: length(18),
  window: fc.oneof(fc.constant(undefined), length(10)),
  withBias: fc.boolean(),
  withMask: fc.boolean(),
  rate: fc.constantFrom(0, 0.4),
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
});

/** Hides about a third of the places, but never a query's own. */
function maskOf(batch: number, time: number, keys: number): fc.Arbitrary<RandomTensor> {
  return fc
    .array(fc.integer({ min: 0, max: 2 }), {
      minLength: batch * time * keys,
      maxLength: batch * time * keys,
      size: 'max',
    })
    .map((draws) => {
      const own = (i: number) => i % keys === (Math.floor(i / keys) % time) + keys - time;
      const values = draws.map((draw, i) => (draw === 0 && !own(i) ? -Infinity : 0));
      return { shape: [batch, 1, time, keys], dtype: 'float32' as const, values };
    });
}

const separate = sizes.chain(
  ({ batch, keyHeads, group, time, earlier, headDim, valueDim, window, withBias, withMask, rate, seed }) => {
    const [heads, keys] = [keyHeads * group, time + earlier];
    const tensors = [
      tensorOf([batch, heads, time, headDim], 'float32', tameFloat),
      tensorOf([batch, keyHeads, keys, headDim], 'float32', tameFloat),
      tensorOf([batch, keyHeads, keys, valueDim], 'float32', tameFloat),
      tensorOf([batch, heads, time, valueDim], 'float32', tameFloat),
      withMask
        ? maskOf(batch, time, keys)
        : maskOf(1, 1, keys).map((mask) => ({ ...mask, values: mask.values.map(() => 0) })),
      ...(withBias ? [tensorOf([heads, time, keys], 'float32', tameFloat)] : []),
    ];
    return fc.tuple(
      fc.tuple(...tensors),
      fc.constant({ window, dropout: { rate, generator: { random: () => seed } } }),
    );
  },
);

const packed = sizes.chain(({ batch, keyHeads, group, time, headDim, window, withBias, withMask, rate, seed }) => {
  const heads = keyHeads * group;
  const tensors = [
    tensorOf([batch, time, (heads + 2 * keyHeads) * headDim], 'float32', tameFloat),
    tensorOf([batch, time, heads * headDim], 'float32', tameFloat),
    withMask ? maskOf(batch, time, time) : maskOf(1, 1, 1).map((mask) => ({ ...mask, values: [0] })),
    ...(withBias ? [tensorOf([heads, time, time], 'float32', tameFloat)] : []),
  ];
  const options = {
    numHeads: heads,
    numKeyValueHeads: keyHeads,
    window,
    dropout: { rate, generator: { random: () => seed } },
  };
  return fc.tuple(fc.tuple(...tensors), fc.constant(options));
});

/** The value, and the gradients for dy. */
function withGradients(f: (...inputs: Tensor[]) => Tensor, inputs: Tensor[], dy: Tensor): Tensor[] {
  const { value, grads } = valueAndGrads(f)(inputs, dy);
  return [value, ...grads];
}

describe('causal attention', () => {
  test('gives what it gives on cpu, and the same gradients', () =>
    fc.assert(
      fc.asyncProperty(separate, ([inputs, options]) =>
        expectAsOnCpu(
          'simd',
          ([query, key, value, dy, mask, ...bias]) =>
            withGradients(
              (q, k, v, bias) =>
                causalAttention(q as Tensor4D, k as Tensor4D, v as Tensor4D, { bias, mask, ...options }),
              [query, key, value, ...bias],
              dy,
            ),
          inputs,
          closeness,
        ),
      ),
      { numRuns: 60 },
    ));

  test('of packed rows gives what it gives on cpu, and the same gradients', () =>
    fc.assert(
      fc.asyncProperty(packed, ([inputs, options]) =>
        expectAsOnCpu(
          'simd',
          ([qkv, dy, mask, ...bias]) =>
            withGradients(
              (qkv, bias) => causalSelfAttention(qkv as Tensor3D, { bias, mask, ...options }),
              [qkv, ...bias],
              dy,
            ),
          inputs,
          closeness,
        ),
      ),
      { numRuns: 40 },
    ));

  test('NaN does not reach the four queries before', async () => {
    await useBackend('simd');
    const shape: [number, number, number, number] = [1, 1, 6, 2];
    const ordinary = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i));
    const broken = ordinary.with(8, Number.NaN); // of the fifth place
    const [x, y] = [ordinary, broken].map((values) => tensor4d(values, shape));
    const expected = await causalAttention(x, x, x).data();
    for (const [key, value] of [
      [y, x],
      [x, y],
    ]) {
      const output = await causalAttention(x, key, value).data();
      toBeAllclose(output.slice(0, 8), expected.slice(0, 8));
      expect([output[8], output[10]]).toEqual([Number.NaN, Number.NaN]);
    }
  });
});
