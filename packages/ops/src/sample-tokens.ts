// Draws a token for each row of logits where the logits are, so that only ids have to be read.
import { getBackend, getKernel, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { runKernel } from './fused-op.ts';
import { SampleTokens, type SampleTokensAttributes } from './kernel-names.ts';
import { plainSampleTokens } from './plain/sample-tokens.ts';

export type SampleTokensOptions = {
  /** Above 1 evens the probabilities out, below 1 sharpens them; 0 always takes the most probable token. */
  readonly temperature?: number;
  /** Keep only this many of the most probable tokens. */
  readonly topK?: number;
  /** Of those, keep the fewest whose probabilities add up to at least this. */
  readonly topP?: number;
  /** Of those, keep the ones that are at least this share as probable as the most probable one. */
  readonly minP?: number;
};

/**
 * The id that each row's draw points at, when the probabilities of what is kept, `softmax(logits / temperature)`, stand side
 * by side in the order of the ids; and ln of the probability that the logits themselves give it. Of equally probable tokens
 * the lower ids are kept first.
 *
 * Example: logits [[0, ln 3]], draws [0.2] → ids [0], draws [0.3] → ids [1].
 *
 * @param logits [rows, vocabSize]; -Infinity rules a token out
 * @param draws [rows], each at least 0 and below 1, evenly distributed
 * @returns [rows] int32 and [rows]
 * @throws RangeError if an option is out of its range. A GPU cannot look at its input: there, a row with logits of NaN or
 *   Infinity, or with nothing to choose from, gets the id -1
 */
export function sampleTokens(
  logits: Tensor2D,
  draws: Tensor1D,
  { temperature = 1, topK = logits.shape[1], topP = 1, minP = 0 }: SampleTokensOptions = {},
): [ids: Tensor1D, logProbabilities: Tensor1D] {
  const attributes: SampleTokensAttributes = { temperature, topK: Math.min(topK, logits.shape[1]), topP, minP };
  check(attributes);
  const fuses = getKernel(SampleTokens, getBackend()) && logits.dtype === 'float32';
  return fuses ? runKernel(SampleTokens, { logits, draws }, attributes) : plainSampleTokens(logits, draws, attributes);
}

function check({ temperature, topK, topP, minP }: SampleTokensAttributes): void {
  const expect = (right: boolean, expected: string, got: number) => {
    if (!right) throw new RangeError(`Expected ${expected}, got ${got}`);
  };
  expect(temperature >= 0 && temperature < Number.POSITIVE_INFINITY, 'temperature from 0 up', temperature);
  expect(Number.isSafeInteger(topK) && topK >= 1, 'topK to be a whole number of 1 or more', topK);
  expect(topP > 0 && topP <= 1, 'topP above 0 and at most 1', topP);
  expect(minP >= 0 && minP <= 1, 'minP from 0 to 1', minP);
}
