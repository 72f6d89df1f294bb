// RMS norm: every vector gets root mean square 1, then a learned scale.
import { add, mean, mul, rsqrt, square, sub, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import { sumRows } from './layer-norm.ts';
import { withGradient } from './with-gradient.ts';

/**
 * `x / sqrt(mean(x²) + epsilon) * weight` along the last axis. Zhang and Sennrich 2019,
 * https://arxiv.org/abs/1910.07467.
 *
 * Example: x [[3, 4]], weight [1, 1] → [[0.8485, 1.1314]].
 *
 * @param x [..., width]
 * @param weight [width]
 */
export function rmsNorm<T extends Tensor>(x: T, weight: Tensor1D, epsilon = 1e-5): T {
  return withGradient(
    [x, weight],
    () => {
      const inverse = rsqrt(add(mean(square(x), -1, true), epsilon)); // [..., 1]
      const normalized = mul(x, inverse);
      return { value: mul(normalized, weight) as T, saved: [normalized, inverse, weight] };
    },
    (dy, [normalized, inverse, weight]) => {
      const dWeighted = mul(dy, normalized);
      // What remains without the part along the normalized vector, which the norm takes away.
      const along = mul(normalized, mean(mul(dWeighted, weight), -1, true));
      return [mul(sub(mul(dy, weight), along), inverse), sumRows(dWeighted)];
    },
  );
}
