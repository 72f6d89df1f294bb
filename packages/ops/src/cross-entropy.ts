// Cross-entropy of each row of logits with the class that was right.
import {
  add,
  cast,
  div,
  log,
  max,
  mean,
  mul,
  oneHot,
  reshape,
  softmax,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { lookUp } from './negative-log-likelihood.ts';
import { withGradient } from './with-gradient.ts';

export type CrossEntropyOptions = {
  /** Rows with this target count nothing: loss 0, gradient 0. */
  readonly ignoreIndex?: number;
  /** ε: the right class is expected with 1 - ε + ε/vocabSize, each other with ε/vocabSize. */
  readonly labelSmoothing?: number;
};

/**
 * Cross-entropy of each row, in nats: `log Σ exp(x) - x[target]`, as torch.nn.functional.cross_entropy without a
 * reduction. With label smoothing ε: `log Σ exp(x) - (1 - ε) x[target] - ε mean(x)`. The gradient is softmax - expected.
 *
 * Finite for finite logits of any size, since the row maximum is subtracted first. A logit of -Infinity masks its
 * class. A target outside the vocabulary has probability zero: its loss is infinite.
 *
 * Example: logits [[0, 0]], targets [1] → [ln 2].
 *
 * @param logits [rows, vocabSize]
 * @param targets [rows] int32
 * @returns [rows]
 */
export function crossEntropy(
  logits: Tensor2D,
  targets: Tensor1D,
  { ignoreIndex = -100, labelSmoothing = 0 }: CrossEntropyOptions = {},
): Tensor1D {
  const [rows, vocabSize] = logits.shape;
  return withGradient(
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
      const loss = div(sub(distance, log(max(probabilities, 1))), inside);
      const value = where(counted, loss, zerosLike(loss)) as Tensor1D;
      return { value, saved: [probabilities, column, counted] };
    },
    (dy, [probabilities, column, counted]) => {
      // TensorFlow.js's WebAssembly engine knows one-hot of int32 only.
      let expected: Tensor = cast(oneHot(column, vocabSize), 'float32'); // [rows, vocabSize]
      if (labelSmoothing !== 0) expected = add(mul(expected, 1 - labelSmoothing), labelSmoothing / vocabSize);
      const scale = reshape(where(counted, dy, zerosLike(dy)), [rows, 1]);
      return [mul(sub(probabilities, expected), scale)];
    },
  );
}
