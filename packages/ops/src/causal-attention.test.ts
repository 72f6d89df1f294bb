import { describeEngines, expectGradient, golden, toBeAllclose } from '@hornbook/testing';
import {
  broadcastTo,
  concat,
  eye,
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
import { type CausalAttentionOptions, causalAttention } from './causal-attention.ts';
import { philox } from './philox.ts';

const shape: [number, number, number, number] = [2, 2, 4, 3]; // [batch, heads, time, headDim]
const numbers = (seed: number) => Float32Array.from({ length: 48 }, (_, i) => Math.sin(seed + 1.7 * i));
const [queries, keys, values] = [numbers(1), numbers(2), numbers(3)];
const [query, key, value] = [queries, keys, values].map((x) => () => tensor4d(x, shape));

/** The definition, in float64 and with loops. */
function attend(
  bias: (head: number, time: number, key: number, row: number) => number,
  kept: ArrayLike<number> = [],
): number[] {
  const [batch, heads, time, headDim] = shape;
  const output: number[] = [];
  for (let bh = 0; bh < batch * heads; bh++) {
    const row = (x: Float32Array, t: number) => x.subarray((bh * time + t) * headDim, (bh * time + t + 1) * headDim);
    for (let t = 0; t < time; t++) {
      const scores: number[] = [];
      for (let s = 0; s <= t; s++) {
        const product = row(queries, t).reduce((sum, q, d) => sum + q * row(keys, s)[d], 0);
        scores.push(Math.exp(product / Math.sqrt(headDim) + bias(bh % heads, t, s, Math.floor(bh / heads))));
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

const seeded = (seed: number) => ({ random: () => seed });

/** Which weights are dropped, of values that say from which key they are: as many as there are keys. */
async function weightsDropped(grid: [number, number, number, number], dropout: CausalAttentionOptions['dropout']) {
  const [batch, heads, time] = grid;
  const equal = zeros([batch, heads, time, 1]) as Tensor4D;
  const own = broadcastTo(eye(time), grid) as Tensor4D;
  const weights = causalAttention(equal, equal, own, { dropout });
  return Array.from(await weights.data(), (weight) => weight === 0);
}

describeEngines('causal attention on', () => {
  test('agrees with its definition', async () => {
    toBeAllclose(
      await causalAttention(query(), key(), value()).data(),
      attend(() => 0),
    );
  });

  test('values may be wider than keys', async () => {
    const wide = concat([value(), value()], 3) as Tensor4D; // each value twice
    const output = causalAttention(query(), key(), wide);
    expect(output.shape).toEqual([2, 2, 4, 6]);
    const [left, right] = [0, 3].map((at) => slice(output, [0, 0, 0, at], [2, 2, 4, 3]));
    const expected = attend(() => 0);
    toBeAllclose(await left.data(), expected);
    toBeAllclose(await right.data(), expected);
    await expectGradient(
      ([q, k, v]) => causalAttention(q as Tensor4D, k as Tensor4D, v as Tensor4D),
      [
        [1, 2, 3, 4],
        [1, 1, 3, 4],
        [1, 1, 3, 2],
      ],
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

  test('a window hides what lies behind it', async () => {
    const output = causalAttention(query(), key(), value(), { window: 2 });
    toBeAllclose(
      await output.data(),
      attend((_, t, s) => (t - s < 2 ? 0 : Number.NEGATIVE_INFINITY)),
    );
  });

  test('a window as long as the row hides nothing, one of 1 leaves the value itself', async () => {
    const full = await causalAttention(query(), key(), value()).data();
    expect(await causalAttention(query(), key(), value(), { window: 4 }).data()).toEqual(full);
    toBeAllclose(await causalAttention(query(), key(), value(), { window: 1 }).data(), values);
  });

  test('the last query alone sees the same window', async () => {
    const place = [0, 0, 3, 0];
    const all = causalAttention(query(), key(), value(), { window: 3 });
    const one = causalAttention(slice(query(), place, [2, 2, 1, 3]) as Tensor4D, key(), value(), { window: 3 });
    toBeAllclose(await one.data(), await slice(all, place, [2, 2, 1, 3]).data());
  });

  test('a mask of its own for each row', async () => {
    const apart = (row: number, t: number, s: number) => (t >= row + 2 === s >= row + 2 ? 0 : Number.NEGATIVE_INFINITY);
    const numbers = Float32Array.from({ length: 32 }, (_, i) => apart(i >> 4, (i >> 2) & 3, i & 3));
    const output = causalAttention(query(), key(), value(), { mask: tensor4d(numbers, [2, 1, 4, 4]) });
    toBeAllclose(
      await output.data(),
      attend((_, t, s, row) => apart(row, t, s)),
    );
  });

  test('what a mask or a window hides gets no trace of a gradient', async () => {
    const mask = tensor2d([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Number.NEGATIVE_INFINITY, 0, 0, 0], [4, 4]);
    for (const options of [{ mask }, { window: 3 }]) {
      const lastRows = (v: Tensor4D) => slice(causalAttention(query(), key(), v, options), [0, 0, 3, 0], [2, 2, 1, 3]);
      const gradient = await grad((v) => lastRows(v as Tensor4D))(value()).data();
      expect(gradient.every((g, i) => (i % 12 < 3 ? g === 0 : g !== 0))).toBe(true);
    }
  });

  test.each([1, 2])('four query heads over %i of keys and values are as if those were repeated', async (keyHeads) => {
    const four = tensor4d(numbers(5), [1, 4, 4, 3]);
    const shared = [numbers(6), numbers(7)].map((x) => tensor4d(x.slice(0, keyHeads * 12), [1, keyHeads, 4, 3]));
    const [keys, values] = shared.map((x) => {
      const heads = Array.from({ length: 4 }, (_, h) =>
        slice(x, [0, Math.floor((h * keyHeads) / 4), 0, 0], [1, 1, 4, 3]),
      );
      return concat(heads, 1) as Tensor4D;
    });
    toBeAllclose(
      await causalAttention(four, shared[0], shared[1]).data(),
      await causalAttention(four, keys, values).data(),
    );
  });

  test('gradient with shared keys and values, a window, a mask and dropout', async () => {
    const mask = tensor4d([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Number.NEGATIVE_INFINITY, 0], [1, 1, 4, 4]);
    const options = { mask, window: 3, dropout: { rate: 0.2, generator: seeded(6) } };
    await expectGradient(
      ([q, k, v, bias]) => causalAttention(q as Tensor4D, k as Tensor4D, v as Tensor4D, { bias, ...options }),
      [
        [2, 4, 4, 3],
        [2, 2, 4, 3],
        [2, 2, 4, 3],
        [4, 4, 4],
      ],
    );
  });

  test('dropout keeps the weights that its seed says, and grows them', async () => {
    const dropout = { rate: 0.25, generator: seeded(7) };
    const kept = Array.from({ length: 64 }, (_, i) => {
      const [batch, head, time, key] = [i >> 5, (i >> 4) & 1, (i >> 2) & 3, i & 3];
      const word = philox([0, time, head, batch], [7, 0])[key >> 1]; // each word is for two keys
      return (key & 1 ? word >>> 16 : word & 0xffff) < 0.75 * 65536 ? 1 / 0.75 : 0;
    });
    expect(kept.filter((weight) => weight === 0).length).toBeGreaterThan(8);
    toBeAllclose(
      await causalAttention(query(), key(), value(), { dropout }).data(),
      attend(() => 0, kept),
    );
    await expectGradient(
      ([q, k, v]) => causalAttention(q as Tensor4D, k as Tensor4D, v as Tensor4D, { dropout }),
      [shape, shape, shape],
    );
  });

  test('dropout falls as often as it should, and in other places for each row, head, query and key', async () => {
    const [heads, time] = [4, 40];
    const grid: [number, number, number, number] = [3, heads, time, time];
    const dropped = await weightsDropped(grid, { rate: 0.3, generator: seeded(2) });
    const chance = (places: (boolean | undefined)[]) => places.filter((is) => is).length / places.length;
    const seen = [...dropped.keys()].filter((i) => i % time <= Math.floor(i / time) % time); // 9840 weights
    expect(Math.abs(chance(seen.map((i) => dropped[i])) - 0.3)).toBeLessThan(0.016); // 3.5 standard deviations
    const isSeen = new Set(seen);
    for (const apart of [1, 8, time, time * time, heads * time * time]) {
      const pairs = seen.filter((i) => isSeen.has(i + apart));
      const both = chance(pairs.map((i) => dropped[i] && dropped[i + apart]));
      expect(Math.abs(both - 0.09), `${apart} apart`).toBeLessThan(0.018); // four standard deviations of the fewest
    }
  });

  test('a dropout rate of 0 draws nothing, one of 1 leaves nothing, one above is refused', async () => {
    const unused = {
      random: () => {
        throw new Error('Expected no draw');
      },
    };
    const attendAt = (rate: number, generator = unused) =>
      causalAttention(query(), key(), value(), { dropout: { rate, generator } });
    toBeAllclose(
      await attendAt(0).data(),
      attend(() => 0),
    );
    expect((await attendAt(1, seeded(1) as typeof unused).data()).every((y) => y === 0)).toBe(true);
    expect(() => attendAt(2)).toThrow(new RangeError('Expected a dropout rate between 0 and 1, got 2'));
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

  test('heads that share unevenly, and windows that are none, are refused', () => {
    const three = zeros([2, 3, 4, 3]) as Tensor4D;
    expect(() => causalAttention(three, key(), value())).toThrow(
      new RangeError('Expected key and value heads that divide the 3 query heads, got 2'),
    );
    for (const window of [0, 1.5, Number.NaN]) {
      expect(() => causalAttention(query(), key(), value(), { window })).toThrow(
        `Expected a window of at least 1 key, got ${window}`,
      );
    }
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
