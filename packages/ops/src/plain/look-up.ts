// The score that each row gives to its target.
import {
  add,
  equal,
  gather,
  mod,
  notEqual,
  reshape,
  scalar,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
} from '@tensorflow/tfjs-core';

/**
 * For each row: the column of its target, the score there, whether there is such a column, and whether it counts.
 * TensorFlow.js's WebAssembly engine gathers with batch dimensions wrongly and writes beyond its one-hot matrix for
 * ids that are too large, so scores are looked up by their place in the whole matrix, and columns are kept inside.
 */
export function lookUp(scores: Tensor2D, targets: Tensor1D, ignoreIndex: number) {
  const [rows, columns] = scores.shape;
  const column = mod(targets, scalar(columns, 'int32')) as Tensor1D;
  const rowStarts = Int32Array.from({ length: rows }, (_, row) => row * columns);
  return {
    column,
    score: gather(reshape(scores, [-1]), add(column, tensor1d(rowStarts, 'int32'))) as Tensor1D,
    inside: equal(column, targets),
    counted: notEqual(targets, scalar(ignoreIndex, 'int32')),
  };
}
