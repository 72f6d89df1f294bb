// Positions as a table: place t adds row t to the token that stands there, learned or fixed.
import { hostInput, embedding as lookUp, type Offset } from '@hornbook/ops';
import { add, slice, type Tensor1D, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs-core';
import type { Embedding } from './embedding.ts';

/**
 * x + the table's rows from `offset` on, at first 0: x [batch, time, embedDim] → [batch, time, embedDim].
 * The table is an `embedding(generator, contextLength, embedDim)` where positions are learned, and
 * `{ table: sinusoidalTable(contextLength, embedDim) }` where they are fixed.
 *
 * @param offset how many places came before, when generating with a cache
 * @throws RangeError if x goes beyond the table
 */
export function addPositions({ table }: Embedding, x: Tensor3D, offset: Offset = 0): Tensor3D {
  const [, time, embedDim] = x.shape;
  const contextLength = table.shape[0];
  const check = (first: number) => {
    if (first + time <= contextLength) return;
    throw new RangeError(
      `Expected at most ${contextLength} places, got ${first + time}: use a longer table of positions`,
    );
  };
  if (typeof offset === 'function') {
    const places = () => {
      const first = offset();
      check(first);
      return Int32Array.from({ length: time }, (_, i) => first + i);
    };
    return add(x, lookUp(table, hostInput(places, [time], 'int32') as Tensor1D));
  }
  check(offset);
  return add(x, time === contextLength ? table : slice(table, [offset, 0], [time, embedDim]));
}

/**
 * `addPositions(positions, embed(tokens, ids))` in one pass: ids [batch, time] → [batch, time, embedDim].
 *
 * @throws RangeError if the ids are longer than the table of positions
 */
export function embedWithPositions(tokens: Embedding, positions: Embedding, ids: Tensor2D): Tensor3D {
  return lookUp(tokens.table, ids, positions.table) as Tensor3D;
}
