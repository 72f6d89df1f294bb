// Layer norm in ordinary operations.
import { add, mean, mul, reshape, rsqrt, square, sub, sum, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import { withGradient } from '../with-gradient.ts';

export function plainLayerNorm<T extends Tensor>(
  x: T,
  weight: Tensor1D,
  bias: Tensor1D | undefined,
  epsilon: number,
): T {
  return withGradient(
    bias ? [x, weight, bias] : [x, weight],
    () => {
      const centered = sub(x, mean(x, -1, true));
      const inverse = rsqrt(add(mean(square(centered), -1, true), epsilon)); // [..., 1]
      const normalized = mul(centered, inverse);
      const scaled = mul(normalized, weight);
      return { value: (bias ? add(scaled, bias) : scaled) as T, saved: [normalized, inverse, weight] };
    },
    (dy, [normalized, inverse, weight]) => {
      const dWeighted = mul(dy, normalized);
      const dNormalized = mul(dy, weight);
      // What remains of dNormalized without its mean and its part along the normalized vector, which norms take away.
      const along = mul(normalized, mean(mul(dWeighted, weight), -1, true));
      const dx = mul(sub(sub(dNormalized, mean(dNormalized, -1, true)), along), inverse);
      const dWeight = sumRows(dWeighted);
      return bias ? [dx, dWeight, sumRows(dy)] : [dx, dWeight];
    },
  );
}

/** [..., width] → [width] */
export function sumRows(x: Tensor): Tensor {
  return sum(reshape(x, [-1, x.shape[x.rank - 1]]), 0);
}
