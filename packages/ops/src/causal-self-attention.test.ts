import { describeEngines, expectGradient, toBeAllclose } from '@hornbook/testing';
import {
  grad,
  reshape,
  slice,
  type Tensor3D,
  type Tensor4D,
  tensor2d,
  tensor3d,
  transpose,
  zeros,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { causalAttention } from './causal-attention.ts';
import { causalSelfAttention } from './causal-self-attention.ts';

const wave = (length: number) => Float32Array.from({ length }, (_, i) => Math.sin(1 + 1.7 * i));
const [batch, time, headDim] = [2, 5, 3];

/** Heads [from, from + count) of packed rows: [batch, count, time, headDim]. */
function heads(qkv: Tensor3D, from: number, count: number): Tensor4D {
  const columns = slice(qkv, [0, 0, from * headDim], [batch, time, count * headDim]);
  return transpose(reshape(columns, [batch, time, count, headDim]), [0, 2, 1, 3]) as Tensor4D;
}

describeEngines('causal attention of packed rows on', () => {
  test.each([
    [1, 1],
    [2, 2],
    [4, 2],
    [3, 1],
  ])('%i heads over %i of keys and values: as taken apart', async (numHeads, numKeyValueHeads) => {
    const width = (numHeads + 2 * numKeyValueHeads) * headDim;
    const qkv = tensor3d(wave(batch * time * width), [batch, time, width]);
    const bias = tensor3d(wave(numHeads * time * time), [numHeads, time, time]);
    const apart = causalAttention(
      heads(qkv, 0, numHeads),
      heads(qkv, numHeads, numKeyValueHeads),
      heads(qkv, numHeads + numKeyValueHeads, numKeyValueHeads),
      { bias, window: 3 },
    );
    const output = causalSelfAttention(qkv, { numHeads, numKeyValueHeads, bias, window: 3 });
    expect(output.shape).toEqual([batch, time, numHeads * headDim]);
    toBeAllclose(await output.data(), await reshape(transpose(apart, [0, 2, 1, 3]), output.shape).data());
  });

  test('gradient agrees with finite differences, with everything added', async () => {
    const mask = tensor2d(
      Float32Array.from({ length: 25 }, (_, i) => (i === 15 ? -Infinity : 0)),
      [5, 5],
    );
    const dropout = { rate: 0.2, generator: { random: () => 9 } };
    await expectGradient(([qkv]) => causalSelfAttention(qkv as Tensor3D, { numHeads: 2 }), [[2, 5, 18]]);
    await expectGradient(
      ([qkv, bias]) =>
        causalSelfAttention(qkv as Tensor3D, { numHeads: 4, numKeyValueHeads: 2, bias, mask, window: 4, dropout }),
      [
        [2, 5, 24],
        [4, 5, 5],
      ],
    );
  });

  test('a bias that all heads share', async () => {
    await expectGradient(
      ([bias]) => causalSelfAttention(tensor3d(wave(180), [2, 5, 18]), { numHeads: 2, bias }),
      [[1, 5, 5]],
    );
  });

  test('weights too small for float32 are exactly 0', async () => {
    const qkv = tensor3d([0, -10, 1, 20, 10, 1], [1, 2, 3]); // the second sees the first with e^-400
    const second = (x: Tensor3D) => slice(causalSelfAttention(x, { numHeads: 1 }), [0, 1, 0], [1, 1, 1]);
    const gradient = await grad((x) => second(x as Tensor3D))(qkv).data();
    expect(gradient.map(Math.abs)).toEqual(new Float32Array([0, 0, 0, 0, 0, 1]));
  });

  test('refuses rows that do not hold such heads', () => {
    expect(() => causalSelfAttention(zeros([1, 2, 10]), { numHeads: 2 })).toThrow(
      new RangeError('Expected rows of 6 heads, got 10 numbers'),
    );
    expect(() => causalSelfAttention(zeros([1, 2, 21]), { numHeads: 3, numKeyValueHeads: 2 })).toThrow(RangeError);
    expect(() => causalSelfAttention(zeros([1, 2, 6]), { numHeads: 2, window: 0 })).toThrow(RangeError);
  });
});
