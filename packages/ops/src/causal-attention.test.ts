import { describeEngines, expectGradient, golden, toBeAllclose } from '@hornbook/testing';
import {
  concat,
  grad,
  logSoftmax,
  slice,
  softmax,
  type Tensor4D,
  tensor2d,
  tensor3d,
  tensor4d,
  zeros,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-training.json' with { type: 'json' };
import { causalAttention } from './causal-attention.ts';

const shape: [number, number, number, number] = [2, 2, 4, 3]; // [batch, heads, time, headDim]
const numbers = (seed: number) => Float32Array.from({ length: 48 }, (_, i) => Math.sin(seed + 1.7 * i));
const [queries, keys, values] = [numbers(1), numbers(2), numbers(3)];
const [query, key, value] = [queries, keys, values].map((x) => () => tensor4d(x, shape));

/** The definition, in float64 and with loops. */
function attend(bias: (head: number, time: number, key: number) => number, kept: ArrayLike<number> = []): number[] {
  const [batch, heads, time, headDim] = shape;
  const output: number[] = [];
  for (let bh = 0; bh < batch * heads; bh++) {
    const row = (x: Float32Array, t: number) => x.subarray((bh * time + t) * headDim, (bh * time + t + 1) * headDim);
    for (let t = 0; t < time; t++) {
      const scores: number[] = [];
      for (let s = 0; s <= t; s++) {
        const product = row(queries, t).reduce((sum, q, d) => sum + q * row(keys, s)[d], 0);
        scores.push(Math.exp(product / Math.sqrt(headDim) + bias(bh % heads, t, s)));
      }
      const total = scores.reduce((sum, score) => sum + score);
      for (let d = 0; d < headDim; d++) {
        const weight = (s: number) => (scores[s] / total) * (kept[(bh * time + t) * time + s] ?? 1);
        output.push(scores.reduce((sum, _, s) => sum + weight(s) * row(values, s)[d], 0));
      }
    }
  }
  return output;
}

describeEngines('causal attention on', () => {
  test('agrees with its definition', async () => {
    toBeAllclose(
      await causalAttention(query(), key(), value()).data(),
      attend(() => 0),
    );
  });

  test('with a bias', async () => {
    const numbers = Float32Array.from({ length: 32 }, (_, i) => Math.cos(i));
    const output = causalAttention(query(), key(), value(), { bias: tensor3d(numbers, [2, 4, 4]) });
    toBeAllclose(
      await output.data(),
      attend((h, t, s) => numbers[(h * 4 + t) * 4 + s]),
    );
  });

  test('a bias may hide places with -Infinity', async () => {
    const hidden = (time: number, key: number) => (key === time - 1 ? Number.NEGATIVE_INFINITY : 0);
    const numbers = Float32Array.from({ length: 32 }, (_, i) => hidden(Math.floor(i / 4) % 4, i % 4));
    const output = causalAttention(query(), key(), value(), { bias: tensor3d(numbers, [2, 4, 4]) });
    toBeAllclose(
      await output.data(),
      attend((_, t, s) => hidden(t, s)),
    );
  });

  test('with dropout', async () => {
    const kept = Uint8Array.from({ length: 64 }, (_, i) => (i % 3 === 0 ? 0 : 1));
    const generator = {
      bernoulli: (n: number, p: number) => {
        expect([n, p]).toEqual([64, 0.75]);
        return kept;
      },
    };
    const dropout = { rate: 0.25, generator };
    const scaled = Float64Array.from(kept, (k) => k / 0.75);
    toBeAllclose(
      await causalAttention(query(), key(), value(), { dropout }).data(),
      attend(() => 0, scaled),
    );
    await expectGradient(
      ([q, k, v]) => causalAttention(q as Tensor4D, k as Tensor4D, v as Tensor4D, { dropout }),
      [shape, shape, shape],
    );
  });

  test('a dropout rate of 0 draws nothing, one above 1 is refused', async () => {
    const generator = {
      bernoulli: () => {
        throw new Error('Expected no draw');
      },
    };
    const output = causalAttention(query(), key(), value(), { dropout: { rate: 0, generator } });
    toBeAllclose(
      await output.data(),
      attend(() => 0),
    );
    expect(() => causalAttention(query(), key(), value(), { dropout: { rate: 2, generator } })).toThrow(RangeError);
  });

  test('gradient agrees with finite differences', async () => {
    await expectGradient(
      ([q, k, v, bias]) => causalAttention(q as Tensor4D, k as Tensor4D, v as Tensor4D, { bias }),
      [shape, shape, shape, [2, 4, 4]],
    );
  });

  test('nothing flows from later places, not even a trace', async () => {
    const last = [0, 0, 3, 0];
    const changed = concat([slice(key(), [0, 0, 0, 0], [2, 2, 3, 3]), slice(query(), last, [2, 2, 1, 3])], 2);
    const firstRows = (k: Tensor4D) =>
      slice(causalAttention(query(), k, value()), [0, 0, 0, 0], [2, 2, 3, 3]) as Tensor4D;
    expect(await firstRows(changed as Tensor4D).data()).toEqual(await firstRows(key()).data());
    const gradient = grad((k) => firstRows(k as Tensor4D))(key());
    const dLast = await slice(gradient, last, [2, 2, 1, 3]).data();
    expect(dLast.every((g) => g === 0)).toBe(true);
  });

  test('the last query alone, with all keys, gives the last row', async () => {
    const place = [0, 0, 3, 0];
    const all = causalAttention(query(), key(), value());
    const one = causalAttention(slice(query(), place, [2, 2, 1, 3]) as Tensor4D, key(), value());
    toBeAllclose(await one.data(), await slice(all, place, [2, 2, 1, 3]).data());
  });

  test('fewer keys than queries are refused', () => {
    const four = zeros(shape) as Tensor4D;
    const two = zeros([2, 2, 2, 3]) as Tensor4D;
    expect(() => causalAttention(four, two, two)).toThrow(RangeError);
  });

  // What attention stands on.
  test('softmax and log-softmax as PyTorch, at ±1e4 and with -Infinity', async () => {
    const { x, softmax: expected, log_softmax } = fixture.ops.softmax;
    const scores = tensor2d(new Float32Array(golden(x)), x.shape as [number, number]);
    toBeAllclose(await softmax(scores).data(), golden(expected));
    toBeAllclose(await logSoftmax(scores).data(), golden(log_softmax));
    const masked = tensor2d([[0, Number.NEGATIVE_INFINITY, 1, -1e9]]);
    const weights = await softmax(masked).data();
    expect([weights[1], weights[3]]).toEqual([0, 0]);
  });
});
