// Cross-entropy in ordinary operations.
import {
  add,
  cast,
  fill,
  log,
  max,
  mean,
  mul,
  oneHot,
  reshape,
  softmax,
  square,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { CrossEntropyAttributes } from '../kernel-names.ts';
import { withGradient } from '../with-gradient.ts';
import { lookUp } from './look-up.ts';
import { reduceLosses } from './reduce-losses.ts';

export function plainCrossEntropy(
  logits: Tensor2D,
  targets: Tensor1D,
  { ignoreIndex, labelSmoothing, zLoss, reduction }: CrossEntropyAttributes,
): Tensor {
  const [rows, vocabSize] = logits.shape;
  const losses = withGradient(
    [logits],
    () => {
      const probabilities = softmax(logits);
      const { column, score, inside, counted } = lookUp(logits, targets, ignoreIndex);
      const largest = max(logits, 1, true); // [rows, 1]
      let distance = sub(reshape(largest, [rows]), score);
      if (labelSmoothing !== 0) {
        const average = mean(sub(largest, logits), 1);
        distance = add(mul(distance, 1 - labelSmoothing), mul(average, labelSmoothing));
      }
      // The largest probability is exp(0) / Σ exp(x - max), so its logarithm is max - log Σ exp(x), without overflow.
      const below = log(max(probabilities, 1));
      let loss = where(inside, sub(distance, below), fill([rows], Number.POSITIVE_INFINITY));
      const normalizer = sub(reshape(largest, [rows]), below); // log Σ exp(x)
      if (zLoss !== 0) loss = add(loss, mul(square(normalizer), zLoss));
      const value = where(counted, loss, zerosLike(loss)) as Tensor1D;
      return { value, saved: [probabilities, column, counted, normalizer] };
    },
    (dy, [probabilities, column, counted, normalizer]) => {
      // TensorFlow.js's WebAssembly engine knows one-hot of int32 only.
      let expected: Tensor = cast(oneHot(column, vocabSize), 'float32'); // [rows, vocabSize]
      if (labelSmoothing !== 0) expected = add(mul(expected, 1 - labelSmoothing), labelSmoothing / vocabSize);
      let likely: Tensor = probabilities;
      if (zLoss !== 0) likely = mul(likely, reshape(add(mul(normalizer, 2 * zLoss), 1), [rows, 1]));
      const scale = reshape(where(counted, dy, zerosLike(dy)), [rows, 1]);
      return [mul(sub(likely, expected), scale)];
    },
  );
  return reduceLosses(losses, targets, ignoreIndex, reduction);
}
