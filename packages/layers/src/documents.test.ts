// Documents in one row: where each begins, and that attention within them is attention to each by itself.
import { manualSeed } from '@hornbook/random';
import { describeEngines, toBeAllclose } from '@hornbook/testing';
import { memory, slice, tensor2d, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { attend, attention } from './attention.ts';
import { documentMask, documentsOf } from './documents.ts';

describeEngines('documents', () => {
  test('a separator closes its document', async () => {
    const before = memory().numTensors;
    const ids = tensor2d(
      [
        [7, 8, 0, 9, 0, 5],
        [0, 0, 1, 2, 3, 0],
      ],
      [2, 6],
      'int32',
    );
    const documents = tidy(() => documentsOf(ids, 0));
    expect([documents.dtype, documents.shape]).toEqual(['int32', [2, 6]]);
    expect([...(await documents.data())]).toEqual([0, 0, 0, 1, 1, 2, 0, 1, 2, 2, 2, 2]);
    ids.dispose();
    documents.dispose();
    expect(memory().numTensors).toBe(before);
  });

  test('the mask hides what stands in another', async () => {
    const mask = tidy(() =>
      documentMask(
        tensor2d(
          [
            [0, 0, 1],
            [4, 2, 4],
          ],
          [2, 3],
          'int32',
        ),
      ),
    );
    expect(mask.shape).toEqual([2, 1, 3, 3]);
    const no = Number.NEGATIVE_INFINITY;
    expect([...(await mask.data())]).toEqual([0, 0, no, 0, 0, no, no, no, 0, 0, no, 0, no, 0, no, 0, no, 0]);
    mask.dispose();
  });

  test('attention within documents is attention to each by itself', async () => {
    const generator = manualSeed(1);
    const outputs = tidy(() => {
      const layer = attention(generator, 8);
      const x = tensor3d(generator.normal(40), [1, 5, 8]);
      const mask = documentMask(tensor2d([[0, 0, 1, 1, 1]], [1, 5], 'int32'));
      const together = attend(layer, x, { numHeads: 2, mask });
      const apart = [
        [0, 2],
        [2, 3],
      ].map(([from, length]) => attend(layer, slice(x, [0, from, 0], [1, length, 8]), { numHeads: 2 }));
      return [together, ...apart];
    });
    const [together, first, second] = await Promise.all(outputs.map((output) => output.data()));
    toBeAllclose(together, [...first, ...second]);
    for (const output of outputs) output.dispose();
  });
});
