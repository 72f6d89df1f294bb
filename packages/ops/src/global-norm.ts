// The length of many tensors taken as one vector, and what brings it down to a limit.
import { add, div, minimum, type Scalar, scalar, sqrt, square, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { runFused } from './run-fused.ts';

/** What the engine's kernel `GlobalNorm` takes; it gives a scalar. */
export type GlobalNormAttributes = { readonly tensors: readonly Tensor[] };

/** What the engine's kernel `ClipFactor` takes; it gives a scalar. */
export type ClipFactorAttributes = { readonly norm: Scalar; readonly limit: number };

/**
 * `sqrt(Σ x²)` over all numbers of all tensors, as torch.nn.utils.clip_grad_norm_ measures it. It is finite only if all
 * of them are; where it is not, they may yet be: their squares are too large.
 */
export function globalNorm(tensors: readonly Tensor[]): Scalar {
  const fused = runFused('GlobalNorm', { tensors } satisfies GlobalNormAttributes);
  if (fused) return fused[0] as Scalar;
  return tidy(() => {
    let total = scalar(0);
    for (const x of tensors) {
      // Row by row: one float32 sum of a million squares, as the WebAssembly engine makes it, is off by 0.1%.
      const rows = x.rank < 2 ? square(x) : sum(square(x), -1);
      total = add(total, sum(rows));
    }
    return sqrt(total);
  });
}

/**
 * `min(1, limit / (norm + 1e-6))`: what makes tensors of this `globalNorm` no longer than the limit when all are multiplied
 * by it. It stays on the device, and the updates of optimizers take it along.
 *
 * Source: torch.nn.utils.clip_grad_norm_.
 */
export function clipFactor(norm: Scalar, limit: number): Scalar {
  const fused = runFused('ClipFactor', { norm, limit } satisfies ClipFactorAttributes);
  if (fused) return fused[0] as Scalar;
  return tidy(() => minimum(div(limit, add(norm, 1e-6)), 1));
}
