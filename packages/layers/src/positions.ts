// Positions as a table: place t adds row t to the token that stands there, learned or fixed.
import { add, slice, type Tensor3D } from '@tensorflow/tfjs-core';
import type { Embedding } from './embedding.ts';

/**
 * x + the table's first rows: x [batch, time, embedDim] → [batch, time, embedDim].
 * The table is an `embedding(generator, contextLength, embedDim)` where positions are learned, and
 * `{ table: sinusoidalTable(contextLength, embedDim) }` where they are fixed.
 *
 * @throws RangeError if x is longer than the table
 */
export function addPositions({ table }: Embedding, x: Tensor3D): Tensor3D {
  const [, time, embedDim] = x.shape;
  const contextLength = table.shape[0];
  if (time > contextLength) {
    throw new RangeError(`Expected at most ${contextLength} places, got ${time}: use a longer table of positions`);
  }
  return add(x, time === contextLength ? table : slice(table, [0, 0], [time, embedDim]));
}
