// Embeddings against their plain definitions on cpu: widths that four divides and others, long rows, many ids.
import { embedding } from '@hornbook/ops';
import { engines, expectAsOnCpu, wave, waveOfIds } from '@hornbook/testing';
import { type Tensor2D, valueAndGrads } from '@tensorflow/tfjs-core';
import { describe, test } from 'vitest';

describe.skipIf(!engines.some(({ name, available }) => name === 'webgpu' && available))('on webgpu', () => {
  test.each([
    { vocabSize: 1, width: 1, ids: [1, 1], places: 1 },
    { vocabSize: 7, width: 5, ids: [2, 3], places: 4 },
    { vocabSize: 7, width: 8, ids: [2, 3], places: 3 },
    { vocabSize: 3, width: 67, ids: [1, 2, 3], places: 3 }, // two workgroups for a row
    { vocabSize: 3, width: 516, ids: [5], places: 5 }, // two, in fours
    { vocabSize: 2, width: 2, ids: [3, 2100], places: 2100 }, // four rounds of marking
    { vocabSize: 2, width: 3, ids: [0, 4], places: 4 },
  ])('rows and gradients: $vocabSize × $width, ids $ids', async ({ vocabSize, width, ids, places }) => {
    const table = wave([vocabSize, width]);
    const positions = wave([places, width], 2);
    const dy = wave([...ids, width], 3);
    for (const tables of [[table], [table, positions]]) {
      await expectAsOnCpu(
        'webgpu',
        ([ids, dy, ...tables]) => {
          const { value, grads } = valueAndGrads((...[table, positions]) =>
            embedding(table as Tensor2D, ids, positions as Tensor2D),
          )(tables, dy);
          return [value, ...grads];
        },
        [waveOfIds(ids, vocabSize), dy, ...tables],
        { ulps: 64, absolute: ids.length === 2 && ids[1] > 2000 ? 1e-4 : 1e-6 }, // sums of thousands
      );
    }
  });
});
