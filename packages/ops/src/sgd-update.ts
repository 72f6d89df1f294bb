// One step of stochastic gradient descent, for one parameter, in place.
import { add, mul, sub, type Tensor, tidy, type Variable } from '@tensorflow/tfjs-core';

export type SgdUpdateOptions = {
  readonly learningRate: number;
  /** `velocity` has the parameter's shape, starts at zero, and is updated too. */
  readonly momentum?: { readonly factor: number; readonly velocity: Variable };
};

/**
 * `p ← p - learningRate · g`, or with momentum `v ← factor · v + g; p ← p - learningRate · v`, as torch.optim.SGD.
 *
 * Example: p = 1, g = 2, learningRate 0.1 → p = 0.8.
 */
export function sgdUpdate(parameter: Variable, gradient: Tensor, { learningRate, momentum }: SgdUpdateOptions): void {
  tidy(() => {
    let direction = gradient;
    if (momentum) {
      direction = add(mul(momentum.velocity, momentum.factor), gradient);
      momentum.velocity.assign(direction);
    }
    parameter.assign(sub(parameter, mul(direction, learningRate)));
  });
}
