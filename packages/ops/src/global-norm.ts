// The length of many tensors taken as one vector, which gradient clipping compares with its limit.
import { add, type Scalar, scalar, sqrt, square, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';

/** `sqrt(Σ x²)` over all numbers of all tensors, as torch.nn.utils.clip_grad_norm_ measures it. */
export function globalNorm(tensors: readonly Tensor[]): Scalar {
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
