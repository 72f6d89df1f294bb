// Embedding against its plain definition on cpu, with and without positions; and ids that only a replay would let through.
import { useBackend } from '@hornbook/backends';
import { Embedding, embedding } from '@hornbook/ops';
import { expectAsOnCpu, type RandomTensor, tensorOf } from '@hornbook/testing';
import { engine, type Tensor, type Tensor2D, tensor1d, tensor2d, valueAndGrads } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const sizes = fc.record({
  batch: fc.integer({ min: 0, max: 5 }),
  time: fc.integer({ min: 1, max: 6 }),
  spare: fc.integer({ min: 0, max: 3 }),
  vocabSize: fc.integer({ min: 1, max: 12 }),
  width: fc.integer({ min: 1, max: 19 }),
});

/** Numbers whose sums are exact, in whatever order, and those that are no numbers. */
const exact = fc.oneof(
  { weight: 30, arbitrary: fc.integer({ min: -64, max: 64 }).map((n) => n / 16) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -0) },
);

test.each([false, true])('gives what it gives on cpu, and the same gradients; positions: %s', (withPositions) =>
  fc.assert(
    fc.asyncProperty(
      sizes.chain(({ batch, time, spare, vocabSize, width }) => {
        const ids: fc.Arbitrary<RandomTensor> = fc
          .array(fc.integer({ min: 0, max: vocabSize - 1 }), { minLength: batch * time, maxLength: batch * time })
          .map((values) => ({ shape: [batch, time], dtype: 'int32' as const, values }));
        const tables = fc.tuple(
          tensorOf([vocabSize, width], 'float32', exact),
          tensorOf([time + spare, width], 'float32', exact),
        );
        return fc.tuple(ids, tables, tensorOf([batch, time, width], 'float32', exact));
      }),
      ([ids, tables, dy]) =>
        expectAsOnCpu(
          'simd',
          ([ids, table, positions, dy]) => {
            const f = (...[table, positions]: Tensor[]) => embedding(table as Tensor2D, ids, positions as Tensor2D);
            const { value, grads } = valueAndGrads(f)(withPositions ? [table, positions] : [table], dy);
            return [value, ...grads];
          },
          [ids, ...tables, dy],
        ),
    ),
    { numRuns: 40 },
  ),
);

test('an id outside the table becomes NaN where it cannot be looked at, and reaches no gradient', async () => {
  await useBackend('simd');
  const ids = tensor1d([1, 5, -1, 2 ** 30], 'int32');
  const attributes = { vocabSize: 2, places: 0 };
  const rows = engine().runKernel(
    Embedding,
    {
      table: tensor2d([
        [1, 2],
        [3, 4],
      ]),
      ids,
    },
    attributes,
  ) as Tensor;
  expect([...rows.dataSync()]).toEqual([3, 4, ...new Array(6).fill(Number.NaN)]);
  const dy = tensor2d([1, 2, 3, 4, 5, 6, 7, 8], [4, 2]);
  const [dTable] = engine().runKernel(`${Embedding}Grad`, { dy, ids }, attributes) as Tensor[];
  expect([...dTable.dataSync()]).toEqual([0, 0, 1, 2]);
});
