// Direct preference optimization: a model learns to prefer one answer to another, without a model of rewards.
import {
  mean,
  mul,
  neg,
  type Scalar,
  softplus,
  sub,
  sum,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { crossEntropy } from './cross-entropy.ts';

/** ln of the probabilities of whole answers, one for each pair: [pairs]. */
export type AnswerLogProbabilities = { readonly chosen: Tensor1D; readonly rejected: Tensor1D };

export type DpoOptions = {
  /** How dear it is to leave the reference: 0.1 to 0.5 are usual. */
  readonly beta?: number;
};

/**
 * `−ln σ(β · ((chosen − reference chosen) − (rejected − reference rejected)))`, the mean over pairs, in nats. A policy that
 * is still the reference scores ln 2. The reference's log-probabilities are numbers that can be worked out beforehand.
 *
 * Source: Rafailov et al. 2023, https://arxiv.org/abs/2305.18290, equation 7.
 *
 *     const policy = answerLogProbabilities(model.forward(parameters, inputs), targets);
 *
 * @throws RangeError if beta is not above 0
 */
export function dpo(
  policy: AnswerLogProbabilities,
  reference: AnswerLogProbabilities,
  { beta = 0.1 }: DpoOptions = {},
): Scalar {
  if (!(beta > 0 && Number.isFinite(beta))) throw new RangeError(`Expected beta above 0, got ${beta}`);
  const margin = sub(sub(policy.chosen, reference.chosen), sub(policy.rejected, reference.rejected)); // [pairs]
  return mean(softplus(mul(margin, -beta))) as Scalar; // −ln σ(x) = softplus(−x)
}

/**
 * ln of the probability of each row's counted targets together: logits [batch, time, vocabSize] and targets
 * [batch, time] → [batch], 0 or below. Places with the target -100, such as those of a prompt, do not count.
 *
 * @throws RangeError as `crossEntropy`
 */
export function answerLogProbabilities(logits: Tensor3D, targets: Tensor2D): Tensor1D {
  return neg(sum(crossEntropy(logits, targets, { reduction: 'none' }), 1));
}
