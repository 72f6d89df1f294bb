// Negative log-likelihood: what each row of log-probabilities gave to the class that was right.
import {
  add,
  cast,
  div,
  equal,
  gather,
  mod,
  mul,
  neg,
  notEqual,
  oneHot,
  reshape,
  scalar,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { withGradient } from './with-gradient.ts';

/**
 * `-x[target]` of each row, as torch.nn.functional.nll_loss without a reduction; 0 where the target is `ignoreIndex`,
 * infinite where it is outside the vocabulary.
 *
 * Example: logProbabilities [[ln 0.25, ln 0.75]], targets [1] → [0.2877].
 *
 * @param logProbabilities [rows, vocabSize], from logSoftmax; for logits, crossEntropy is faster
 * @param targets [rows] int32
 * @returns [rows]
 */
export function negativeLogLikelihood(
  logProbabilities: Tensor2D,
  targets: Tensor1D,
  { ignoreIndex = -100 }: { readonly ignoreIndex?: number } = {},
): Tensor1D {
  const [rows, vocabSize] = logProbabilities.shape;
  return withGradient(
    [logProbabilities],
    () => {
      const { column, score, inside, counted } = lookUp(logProbabilities, targets, ignoreIndex);
      const loss = div(neg(score), inside);
      return { value: where(counted, loss, zerosLike(loss)) as Tensor1D, saved: [column, counted] };
    },
    (dy, [column, counted]) => {
      const scale = reshape(where(counted, neg(dy), zerosLike(dy)), [rows, 1]);
      return [mul(cast(oneHot(column, vocabSize), 'float32'), scale)];
    },
  );
}

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
