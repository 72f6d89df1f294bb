// RMS norm in ordinary operations.
import { add, mean, mul, rsqrt, square, sub, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import { withGradient } from '../with-gradient.ts';
import { sumRows } from './layer-norm.ts';

export function plainRmsNorm<T extends Tensor>(x: T, weight: Tensor1D, epsilon: number): T {
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
