// SiLU, also called swish: x · sigmoid(x).
import { add, mul, sigmoid, sub, type Tensor } from '@tensorflow/tfjs-core';
import { withGradient } from './with-gradient.ts';

/**
 * `x · sigmoid(x)`, elementwise. Elfwing, Uchibe and Doya 2017, https://arxiv.org/abs/1702.03118.
 *
 * Example: silu(0) = 0, silu(1) = 0.7311, silu(-1) = -0.2689.
 */
export function silu<T extends Tensor>(x: T): T {
  return withGradient(
    [x],
    () => {
      const gate = sigmoid(x);
      return { value: mul(x, gate) as T, saved: [x, gate] };
    },
    // gate' = gate (1 - gate), so (x gate)' = gate (1 + x (1 - gate)) = gate + value (1 - gate)
    (dy, [x, gate]) => [mul(dy, mul(gate, add(mul(x, sub(1, gate)), 1)))],
  );
}
