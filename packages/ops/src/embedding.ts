// Embedding: every id becomes its row of a table. The gradient is the same bits on every run.
import type { GradConfig, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { readsAtOnce } from './capturing.ts';
import { hasKernels, runKernel, runOp } from './fused-op.ts';
import { Embedding, type EmbeddingGradAttributes } from './kernel-names.ts';
import { plainEmbedding } from './plain/embedding.ts';

/**
 * The rows of a table that the ids name: `table[ids]`; with positions, `table[ids] + positions[place]`, the place counting
 * along the last axis of the ids.
 *
 * Example: table [[0, 1], [2, 3]], ids [1, 1, 0] → [[2, 3], [2, 3], [0, 1]].
 *
 * The gradient adds up, for every row of a table, the gradients of the places that used it, in a fixed order.
 *
 * @param table [vocabSize, embedDim]
 * @param ids int32, any shape; each at least 0 and below vocabSize
 * @param positions [places, embedDim], for ids [..., time] with no more places than these
 * @returns [...ids.shape, embedDim]
 * @throws RangeError if there are more places than positions, or an id is outside the table. A GPU cannot look at its
 *   input, nor can a recorded step: there, such an id gives zeros or NaN
 */
export function embedding(table: Tensor2D, ids: Tensor, positions?: Tensor2D): Tensor {
  const vocabSize = table.shape[0];
  checkPlaces(ids, positions);
  if (readsAtOnce()) checkIds(ids, vocabSize);
  if (ids.dtype !== 'int32' || !hasKernels(Embedding, table)) return plainEmbedding(table, ids, positions);
  const attributes = { vocabSize, places: positions?.shape[0] ?? 0 } satisfies EmbeddingGradAttributes;
  return runOp(gradient, { table, ids, positions }, attributes);
}

const gradient: GradConfig = {
  kernelName: Embedding,
  inputsToSave: ['ids'],
  gradFunc: (dy, [ids], attributes) => {
    const [dTable, dPositions] = runKernel<Tensor[]>(`${Embedding}Grad`, { dy: dy as Tensor, ids }, attributes);
    return { table: () => dTable, positions: () => dPositions };
  },
};

function checkPlaces(ids: Tensor, positions?: Tensor2D): void {
  if (!positions) return;
  const time = ids.shape.at(-1) ?? 1;
  if (time <= positions.shape[0]) return;
  throw new RangeError(`Expected at most ${positions.shape[0]} places, got ${time}: use a longer table of positions`);
}

function checkIds(ids: Tensor, vocabSize: number): void {
  for (const id of ids.dataSync()) {
    if (id >= 0 && id < vocabSize) continue;
    throw new RangeError(
      `Expected ids of at least 0 and below ${vocabSize}, got ${id}: were they encoded with the vocabulary of this table?`,
    );
  }
}
