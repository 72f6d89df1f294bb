// Negative log-likelihood in ordinary operations.
import {
  cast,
  fill,
  mul,
  neg,
  oneHot,
  reshape,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { LossAttributes } from '../kernel-names.ts';
import { withGradient } from '../with-gradient.ts';
import { lookUp } from './look-up.ts';
import { reduceLosses } from './reduce-losses.ts';

export function plainNegativeLogLikelihood(
  logProbabilities: Tensor2D,
  targets: Tensor1D,
  { ignoreIndex, reduction }: LossAttributes,
): Tensor {
  const [rows, vocabSize] = logProbabilities.shape;
  const losses = withGradient(
    [logProbabilities],
    () => {
      const { column, score, inside, counted } = lookUp(logProbabilities, targets, ignoreIndex);
      const loss = where(inside, neg(score), fill([rows], Number.POSITIVE_INFINITY));
      return { value: where(counted, loss, zerosLike(loss)) as Tensor1D, saved: [column, counted] };
    },
    (dy, [column, counted]) => {
      const scale = reshape(where(counted, neg(dy), zerosLike(dy)), [rows, 1]);
      return [mul(cast(oneHot(column, vocabSize), 'float32'), scale)];
    },
  );
  return reduceLosses(losses, targets, ignoreIndex, reduction);
}
