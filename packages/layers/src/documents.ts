// Documents side by side in one row: which place belongs to which, and a mask that keeps attention from crossing over.
import {
  cast,
  cumsum,
  equal,
  expandDims,
  fill,
  type Tensor2D,
  type Tensor4D,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';

/**
 * The number of each place's document: how many separators came before it in its row, so that a separator closes its
 * document. ids [batch, time], int32 → [batch, time], int32.
 *
 * @example documentsOf([[7, 8, 0, 9, 0, 5]], 0) // [[0, 0, 0, 1, 1, 2]]
 */
export function documentsOf(ids: Tensor2D, separator: number): Tensor2D {
  return cast(cumsum(cast(equal(ids, separator), 'float32'), 1, true), 'int32') as Tensor2D;
}

/**
 * For `attend`'s `mask`: 0 where two places have the same document, -Infinity where not.
 * documents [batch, time], one number a document → [batch, 1, time, time].
 */
export function documentMask(documents: Tensor2D): Tensor4D {
  const same = equal(expandDims(documents, 2), expandDims(documents, 1)); // [batch, time, time]
  const zero = zerosLike(cast(same, 'float32'));
  return expandDims(where(same, zero, fill(zero.shape, Number.NEGATIVE_INFINITY)), 1) as Tensor4D;
}
