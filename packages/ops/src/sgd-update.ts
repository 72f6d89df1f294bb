// One step of stochastic gradient descent, for one parameter, in place.
import { add, mul, sub, type Tensor, tidy, type Variable } from '@tensorflow/tfjs-core';

export type SgdUpdateOptions = {
  readonly learningRate: number;
  /** `velocity` has the parameter's shape, starts at zero, and is updated too. */
  readonly momentum?: { readonly factor: number; readonly velocity: Variable; readonly nesterov?: boolean };
};

/**
 * `p ← p - learningRate · g`, or with momentum `v ← factor · v + g; p ← p - learningRate · v`, as torch.optim.SGD.
 * With `nesterov` the step looks ahead: `p ← p - learningRate · (g + factor · v)`.
 *
 * Example: p = 1, g = 2, learningRate 0.1 → p = 0.8.
 */
export function sgdUpdate(parameter: Variable, gradient: Tensor, { learningRate, momentum }: SgdUpdateOptions): void {
  tidy(() => {
    let direction = gradient;
    if (momentum) {
      const { factor, velocity, nesterov } = momentum;
      velocity.assign(add(mul(velocity, factor), gradient));
      direction = nesterov ? add(gradient, mul(velocity, factor)) : velocity;
    }
    parameter.assign(sub(parameter, mul(direction, learningRate)));
  });
}
