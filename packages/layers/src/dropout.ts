// Dropout: while training, every number is silenced with probability `rate`, and the rest grow to make up for it.
import { dropout as silence } from '@hornbook/ops';
import type { Generator } from '@hornbook/random';
import type { Tensor } from '@tensorflow/tfjs-core';

/** With a generator x is thinned out, by a mask of one number of it; without one (sampling, evaluation) x comes back as it is. */
export function dropout<T extends Tensor>(x: T, rate: number, generator?: Generator): T {
  return generator === undefined || rate === 0 ? x : silence(x, rate, generator);
}
