// Positions as a table: place t adds row t to the token that stands there, learned or fixed.
import { add, slice, type Tensor3D } from '@tensorflow/tfjs-core';
import type { Embedding } from './embedding.ts';

/**
 * x + the table's rows from `offset` on, at first 0: x [batch, time, embedDim] → [batch, time, embedDim].
 * The table is an `embedding(generator, contextLength, embedDim)` where positions are learned, and
 * `{ table: sinusoidalTable(contextLength, embedDim) }` where they are fixed.
 *
 * @param offset how many places came before, when generating with a cache
 * @throws RangeError if x goes beyond the table
 */
export function addPositions({ table }: Embedding, x: Tensor3D, offset = 0): Tensor3D {
  const [, time, embedDim] = x.shape;
  const contextLength = table.shape[0];
  if (offset + time > contextLength) {
    throw new RangeError(
      `Expected at most ${contextLength} places, got ${offset + time}: use a longer table of positions`,
    );
  }
  return add(x, time === contextLength ? table : slice(table, [offset, 0], [time, embedDim]));
}
