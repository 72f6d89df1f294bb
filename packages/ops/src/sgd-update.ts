// One step of stochastic gradient descent, for all parameters at once, in place.
import {
  add,
  mul,
  sub,
  type Tensor,
  type Tensor1D,
  tensor1d,
  tidy,
  unstack,
  type Variable,
} from '@tensorflow/tfjs-core';
import { type GradientFactor, timesFactor } from './gradient-factor.ts';
import { runFused } from './run-fused.ts';

/** What one parameter takes to a step. */
export type SgdShare = {
  readonly parameter: Variable;
  readonly gradient: Tensor;
  /** For momentum: of the parameter's shape, starting at zero; updated too. Either every share has one or none. */
  readonly velocity?: Variable;
};

/** What the engine's kernel `SgdUpdate` takes. */
export type SgdAttributes = GradientFactor & {
  readonly shares: readonly SgdShare[];
  readonly rates: Tensor1D;
  readonly nesterov: boolean;
};

/** `p ← p - learningRate · g`, for one parameter, in place. */
export function sgdUpdate(
  parameter: Variable,
  gradient: Tensor,
  { learningRate }: { readonly learningRate: number },
): void {
  tidy(() => sgdUpdates([{ parameter, gradient }], tensor1d([learningRate, 0])));
}

/**
 * `p ← p - learningRate · g`, or where a share has a velocity `v ← momentum · v + g; p ← p - learningRate · v`, as
 * torch.optim.SGD. With `nesterov` the step looks ahead: `p ← p - learningRate · (g + momentum · v)`.
 *
 * Example: p = 1, g = 2, learningRate 0.1 → p = 0.8.
 *
 * @param rates [learningRate, momentum]: a tensor, so that a recorded step can be given others
 */
export function sgdUpdates(
  shares: readonly SgdShare[],
  rates: Tensor1D,
  { nesterov = false, factor }: GradientFactor & { readonly nesterov?: boolean } = {},
): void {
  const variables = shares.flatMap(({ parameter, velocity }) => (velocity ? [parameter, velocity] : [parameter]));
  if (runFused('SgdUpdate', { shares, rates, nesterov, factor } satisfies SgdAttributes, variables)) return;
  tidy(() => {
    const [learningRate, momentum] = unstack(rates);
    for (const { parameter, gradient: given, velocity } of shares) {
      tidy(() => {
        const gradient = timesFactor(given, factor);
        let direction = gradient;
        if (velocity) {
          velocity.assign(add(mul(velocity, momentum), gradient));
          direction = nesterov ? add(gradient, mul(velocity, momentum)) : velocity;
        }
        parameter.assign(sub(parameter, mul(direction, learningRate)));
      });
    }
  });
}
