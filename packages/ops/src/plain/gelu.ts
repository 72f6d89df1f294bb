// GELU in ordinary operations.
import { add, erf, exp, mul, sigmoid, square, sub, type Tensor } from '@tensorflow/tfjs-core';
import { withGradient } from '../with-gradient.ts';

export function plainGelu<T extends Tensor>(x: T, form: 'erf' | 'tanh'): T {
  return form === 'erf' ? exactGelu(x) : approximateGelu(x);
}

function exactGelu<T extends Tensor>(x: T): T {
  return withGradient(
    [x],
    () => {
      const below = mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5); // Φ(x)
      return { value: mul(x, below) as T, saved: [x, below] };
    },
    (dy, [x, below]) => {
      const density = mul(exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI)); // Φ'(x)
      return [mul(dy, add(below, mul(x, density)))];
    },
  );
}

const slope = 1.5957691216057308; // 2 √(2/π)

// (1 + tanh(u)) / 2 = sigmoid(2u), which keeps its digits where 1 + tanh(u) cancels.
function approximateGelu<T extends Tensor>(x: T): T {
  return withGradient(
    [x],
    () => {
      const gate = sigmoid(mul(x, add(mul(square(x), slope * 0.044715), slope)));
      return { value: mul(x, gate) as T, saved: [x, gate] };
    },
    (dy, [x, gate]) => {
      const inner = mul(x, add(mul(square(x), slope * 3 * 0.044715), slope)); // x · (2u)'
      return [mul(dy, mul(gate, add(mul(inner, sub(1, gate)), 1)))];
    },
  );
}
