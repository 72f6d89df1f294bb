// Embeddings: PyTorch's first values, looked up and as a matrix product, and the way back.
import { manualSeed } from '@hornbook/random';
import { describeEngines, expectGradient, type GoldenTensor, golden, toBeAllclose } from '@hornbook/testing';
import { dispose, memory, type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-random.json' with { type: 'json' };
import { embed, embedding, embedOneHot, unembed } from './embedding.ts';

const exact = { absolute: 0, relative: 0 };

type EmbeddingCase = {
  readonly seed: number;
  readonly args: { readonly num: number; readonly dim: number };
  readonly out: GoldenTensor;
};
const cases = fixture.cases.filter((one) => one.op === 'nn.Embedding') as unknown as EmbeddingCase[];

describeEngines('embedding', () => {
  test.each(cases)('starts as nn.Embedding: seed $seed, $args', async ({ seed, args, out }) => {
    const { table } = embedding(manualSeed(seed), args.num, args.dim);
    expect(table.shape).toEqual([args.num, args.dim]);
    toBeAllclose(await table.data(), golden(out), exact);
    table.dispose();
  });

  test('another deviation', async () => {
    const { table } = embedding(manualSeed(3), 5, 4, { std: 0.02 });
    toBeAllclose(await table.data(), manualSeed(3).normal(20, 0, 0.02), exact);
    table.dispose();
  });

  test('each id becomes its row, whether looked up or multiplied', async () => {
    const before = memory().numTensors;
    const layer = { table: tensor2d([0, 1, 10, 11, 20, 21], [3, 2]) };
    const ids = tensor2d([2, 0, 2, 1], [2, 2], 'int32');
    const outputs = tidy(() => [embed(layer, ids), embedOneHot(layer, ids)]);
    for (const output of outputs) {
      expect(output.shape).toEqual([2, 2, 2]);
      toBeAllclose(await output.data(), [20, 21, 0, 1, 20, 21, 10, 11], exact);
    }
    dispose([layer.table, ids, outputs]);
    expect(memory().numTensors).toBe(before);
  });

  test.each([
    ['looked up', embed],
    ['multiplied', embedOneHot],
  ])('gradient, %s', async (_, apply) => {
    const ids = tensor2d([2, 0, 2, 1, 2, 2], [3, 2], 'int32');
    await expectGradient(([table]) => apply({ table: table as Tensor2D }, ids), [[4, 3]]);
    ids.dispose();
  });

  test('the way back scores every row', async () => {
    const table = tensor2d([1, 0, 0, 1, 1, 1], [3, 2]);
    const x = tensor2d([2, 3, -1, 5], [2, 2]);
    const logits = unembed({ table }, x);
    toBeAllclose(await logits.data(), [2, 3, 5, -1, 5, 4], exact);
    dispose([table, x, logits]);
    await expectGradient(
      ([x, table]) => unembed({ table: table as Tensor2D }, x),
      [
        [2, 3, 4],
        [5, 4],
      ],
    );
  });
});
