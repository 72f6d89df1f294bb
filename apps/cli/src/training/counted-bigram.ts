// The bigram that counts instead of learning: how often each token follows each.

import type { ParameterTree } from '@hornbook/ops';
import { tensor2d } from '@tensorflow/tfjs-core';

/**
 * The parameters of `bigram` that make what follows a as likely as it is in the stream: log(count(a, b) + smoothing).
 * `[0, 1, 0, 1]`, smoothing 1 → 0 is followed by 0 in (0 + 1) of 4 cases and by 1 in (2 + 1).
 */
export function countBigrams(stream: Int32Array, vocabSize: number, smoothing: number): ParameterTree {
  const table = new Float32Array(vocabSize * vocabSize).fill(smoothing);
  for (let i = 1; i < stream.length; i++) table[stream[i - 1] * vocabSize + stream[i]] += 1;
  return { embedding: { table: tensor2d(table.map(Math.log), [vocabSize, vocabSize]) } };
}
