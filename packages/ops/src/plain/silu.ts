// SiLU and SwiGLU in ordinary operations.
import { add, mul, sigmoid, sub, type Tensor } from '@tensorflow/tfjs-core';
import { withGradient } from '../with-gradient.ts';

export function plainSilu<T extends Tensor>(x: T): T {
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

export function plainSwiGlu<T extends Tensor>(gate: T, up: T): T {
  return mul(plainSilu(gate), up) as T;
}
