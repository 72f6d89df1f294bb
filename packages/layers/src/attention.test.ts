// Attention against its definition in plain numbers, and its gradients against finite differences.
import { type Generator, manualSeed } from '@hornbook/random';
import { describeEngines, expectGradient, toBeAllclose } from '@hornbook/testing';
import {
  concat,
  dispose,
  memory,
  slice,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  tensor1d,
  tensor2d,
  tensor3d,
  tidy,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-training.json' with { type: 'json' };
import { alibiBias } from './alibi.ts';
import { type AttendOptions, type Attention, attend, attention } from './attention.ts';
import { linear } from './linear.ts';
import { relativeAttentionBias } from './relative-bias.ts';
import { rotaryPositions } from './rotary.ts';

const [batch, time, embedDim, numHeads] = [2, 4, 8, 2];
const headDim = embedDim / numHeads;

/** Draws x, both weights and both biases, as plain numbers and as tensors. */
function draw(generator: Generator) {
  const x = generator.normal(batch * time * embedDim);
  const qkv = { weight: generator.normal(embedDim * 3 * embedDim), bias: generator.normal(3 * embedDim) };
  const output = { weight: generator.normal(embedDim * embedDim), bias: generator.normal(embedDim) };
  const layer: Attention = {
    qkv: { weight: tensor2d(qkv.weight, [embedDim, 3 * embedDim]), bias: tensor1d(qkv.bias) },
    output: { weight: tensor2d(output.weight, [embedDim, embedDim]), bias: tensor1d(output.bias) },
  };
  return { x, qkv, output, layer, input: tensor3d(x, [batch, time, embedDim]) };
}

/** The definition, number by number: bias(head, i, j) leans the scores. */
function attendPlainly(
  { x, qkv, output }: ReturnType<typeof draw>,
  bias: (head: number, i: number, j: number) => number = () => 0,
): number[] {
  const row = (b: number, t: number) => x.subarray((b * time + t) * embedDim, (b * time + t + 1) * embedDim);
  const through = (layer: typeof qkv, from: ArrayLike<number>, column: number, columns: number) =>
    Array.from(from).reduce(
      (total, value, i) => total + value * layer.weight[i * columns + column],
      layer.bias[column],
    );
  const part = (which: 0 | 1 | 2, b: number, t: number, head: number) =>
    Array.from({ length: headDim }, (_, d) =>
      through(qkv, row(b, t), which * embedDim + head * headDim + d, 3 * embedDim),
    );
  const places = Array.from({ length: batch * time }, (_, n) => [Math.floor(n / time), n % time]);
  return places.flatMap(([b, i]) => {
    const gathered = Array.from({ length: numHeads }, (_, head) => {
      const query = part(0, b, i, head);
      const scores = Array.from({ length: i + 1 }, (_, j) => {
        const key = part(1, b, j, head);
        return Math.exp(query.reduce((dot, q, d) => dot + q * key[d], 0) / Math.sqrt(headDim) + bias(head, i, j));
      });
      const total = scores.reduce((a, c) => a + c);
      return Array.from({ length: headDim }, (_, d) =>
        scores.reduce((sum, score, j) => sum + (score / total) * part(2, b, j, head)[d], 0),
      );
    }).flat();
    return Array.from({ length: embedDim }, (_, column) => through(output, gathered, column, embedDim));
  });
}

/** What `attend` gives for the drawn numbers, after which all of them are disposed. */
async function attendAndRead(drawn: ReturnType<typeof draw>, options: Omit<AttendOptions, 'numHeads'> = {}) {
  const result = tidy(() => attend(drawn.layer, drawn.input, { numHeads, ...options }));
  expect(result.shape).toEqual([batch, time, embedDim]);
  const values = await result.data();
  dispose([drawn.layer, drawn.input, result]);
  return values;
}

const closely = { absolute: 2e-5, relative: 1e-5 };

describeEngines('attention', () => {
  test('is its definition, and leaves nothing behind', async () => {
    const before = memory().numTensors;
    const drawn = draw(manualSeed(1));
    toBeAllclose(await attendAndRead(drawn), attendPlainly(drawn), closely);
    expect(memory().numTensors).toBe(before);
  });

  test('ALiBi: scores lean to what is near', async () => {
    const drawn = draw(manualSeed(2));
    const slopes = fixture.ops.alibi_slopes['2'];
    const bias = alibiBias(numHeads, time);
    const expected = attendPlainly(drawn, (head, i, j) => -slopes[head] * (i - j));
    toBeAllclose(await attendAndRead(drawn, { bias }), expected, closely);
    bias.dispose();
  });

  test.each(['half', 'interleaved'] as const)('rotary positions, %s: only distances count', async (layout) => {
    const outputs = [0, 7].map((offset) =>
      attendAndRead(draw(manualSeed(3)), { rotate: rotaryPositions({ layout, offset }) }),
    );
    const [here, moved] = await Promise.all(outputs);
    toBeAllclose(moved, here, closely);
    const unturned = attendPlainly(draw(manualSeed(3)));
    expect(here.filter((value, n) => Math.abs(value - unturned[n]) > 0.01).length).toBeGreaterThan(10);
  });

  test('dropout silences attention weights', async () => {
    const drop = (seed: number) =>
      attendAndRead(draw(manualSeed(4)), { dropout: { rate: 0.5, generator: manualSeed(seed) } });
    const [one, again, two] = [await drop(1), await drop(1), await drop(2)];
    toBeAllclose(again, one, { absolute: 0, relative: 0 });
    expect(one.filter((value, n) => Math.abs(value - two[n]) > 0.01).length).toBeGreaterThan(10);
  });

  test('gradient, with rotary positions and dropout', async () => {
    await expectGradient(
      ([x, qkvWeight, qkvBias, outputWeight, outputBias]) =>
        attend(
          {
            qkv: { weight: qkvWeight as Tensor2D, bias: qkvBias as Tensor1D },
            output: { weight: outputWeight as Tensor2D, bias: outputBias as Tensor1D },
          },
          x as Tensor3D,
          {
            numHeads,
            rotate: rotaryPositions({ layout: 'half' }),
            dropout: { rate: 0.3, generator: manualSeed(8) },
          },
        ),
      [[batch, time, embedDim], [embedDim, 3 * embedDim], [3 * embedDim], [embedDim, embedDim], [embedDim]],
    );
  });

  test('gradient of a learned relative bias', async () => {
    const { layer, input } = draw(manualSeed(6));
    await expectGradient(
      ([table]) => attend(layer, input, { numHeads, bias: relativeAttentionBias({ table: table as Tensor2D }, time) }),
      [[8, numHeads]],
    );
    dispose([layer, input]);
  });

  test('shared keys and values are as if they were repeated', async () => {
    const outputs = tidy(() => {
      const generator = manualSeed(7);
      const shared = attention(generator, embedDim, { keyValueDim: 4 }); // 4 heads of size 2 over 2 of keys and values
      const { weight, bias } = shared.qkv;
      const columns = [0, 2, 4, 6, 8, 8, 10, 10, 12, 12, 14, 14];
      const qkv = {
        weight: concat(
          columns.map((column) => slice(weight, [0, column], [embedDim, 2])),
          1,
        ),
        bias: concat(columns.map((column) => slice(bias as Tensor1D, column, 2))),
      };
      const x = tensor3d(generator.normal(batch * time * embedDim), [batch, time, embedDim]);
      return [attend(shared, x, { numHeads: 4, numKeyValueHeads: 2 }), attend({ ...shared, qkv }, x, { numHeads: 4 })];
    });
    const [shared, repeated] = await Promise.all(outputs.map((output) => output.data()));
    toBeAllclose(shared, repeated);
    dispose(outputs);
  });

  test('a window hides what lies behind it', async () => {
    const drawn = draw(manualSeed(9));
    const expected = attendPlainly(drawn, (_, i, j) => (i - j < 2 ? 0 : Number.NEGATIVE_INFINITY));
    toBeAllclose(await attendAndRead(drawn, { window: 2 }), expected, closely);
  });

  test('starts as two nn.Linear', async () => {
    const generator = manualSeed(1);
    const expected = [linear(generator, 8, 24, { bias: false }), linear(generator, 8, 8, { bias: false })];
    const { qkv, output } = attention(manualSeed(1), 8, { bias: false });
    for (const [i, layer] of [qkv, output].entries()) {
      toBeAllclose(await layer.weight.data(), await expected[i].weight.data(), { absolute: 0, relative: 0 });
      expect(layer.bias).toBeUndefined();
    }
    dispose([qkv, output, expected]);
  });

  test('refuses heads that do not divide the width', () => {
    const { layer, input } = draw(manualSeed(1));
    expect(() => attend(layer, input, { numHeads: 3 })).toThrow(
      new RangeError('Expected a number of heads that divides 8, got 3'),
    );
    dispose([layer, input]);
  });
});
