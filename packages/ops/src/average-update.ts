// One step of exponential moving averages, for many variables at once, in place.
import { add, mul, type Tensor, type Tensor1D, tidy, unstack, type Variable } from '@tensorflow/tfjs-core';
import { runFused } from './run-fused.ts';

export type AverageShare = {
  readonly average: Variable;
  /** What the average follows; of its shape. */
  readonly value: Tensor;
};

/** What the engine's kernel `AverageUpdate` takes. */
export type AverageAttributes = { readonly shares: readonly AverageShare[]; readonly rates: Tensor1D };

/**
 * `a ← kept · a + (1 - kept) · x`.
 *
 * @param rates [kept, 1 - kept]: a tensor, so that a recorded step can be given others
 */
export function averageUpdates(shares: readonly AverageShare[], rates: Tensor1D): void {
  const averages = shares.map(({ average }) => average);
  if (runFused('AverageUpdate', { shares, rates } satisfies AverageAttributes, averages)) return;
  tidy(() => {
    const [kept, rest] = unstack(rates);
    for (const { average, value } of shares) tidy(() => average.assign(add(mul(average, kept), mul(value, rest))));
  });
}
