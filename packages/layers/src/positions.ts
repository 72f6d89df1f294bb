// Positions as a table: place t adds row t to the token that stands there, learned or fixed.
import { embedding as lookUp } from '@hornbook/ops';
import { add, slice, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs-core';
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

/**
 * `addPositions(positions, embed(tokens, ids))` in one pass: ids [batch, time] → [batch, time, embedDim].
 *
 * @throws RangeError if the ids are longer than the table of positions
 */
export function embedWithPositions(tokens: Embedding, positions: Embedding, ids: Tensor2D): Tensor3D {
  return lookUp(tokens.table, ids, positions.table) as Tensor3D;
}
