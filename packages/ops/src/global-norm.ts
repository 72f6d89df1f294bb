// The length of many tensors taken as one vector, and the limit that gradient clipping puts on it.
import {
  add,
  div,
  minimum,
  mul,
  type Scalar,
  scalar,
  sqrt,
  square,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { runFused } from './run-fused.ts';

/** What the engine's kernel `GlobalNorm` takes; it gives a scalar. */
export type GlobalNormAttributes = { readonly tensors: readonly Tensor[] };

/** What the engine's kernel `ClipToNorm` takes; it gives as many tensors, in the memory of those that share it with none. */
export type ClipToNormAttributes = {
  readonly tensors: readonly Tensor[];
  readonly norm: Scalar;
  readonly limit: number;
};

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
 * The tensors scaled by `min(1, limit / (norm + 1e-6))`. Uses them up: the results may lie in their memory.
 *
 * @param norm their `globalNorm`
 */
export function clipToNorm(tensors: readonly Tensor[], norm: Scalar, limit: number): Tensor[] {
  const fused = runFused('ClipToNorm', { tensors, norm, limit } satisfies ClipToNormAttributes);
  if (fused) return [...fused];
  return tidy(() => {
    const factor = minimum(div(limit, add(norm, 1e-6)), 1);
    return tensors.map((tensor) => mul(tensor, factor));
  });
}
