// Two linear layers with GELU between, in one operation: an engine can apply GELU, and its slope, as it writes a product.
import { type Tensor, type Tensor1D, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { hasKernels, runKernel } from './fused-op.ts';
import { gelu } from './gelu.ts';
import { FeedForward, type FeedForwardAttributes } from './kernel-names.ts';
import { linear } from './linear.ts';
import { withGradient } from './with-gradient.ts';

export type FeedForwardWeights = {
  readonly up: Tensor2D; // [inputs, hidden]
  readonly upBias?: Tensor1D; // [hidden]
  readonly down: Tensor2D; // [hidden, outputs]
  readonly downBias?: Tensor1D; // [outputs]
};

/**
 * `linear(gelu(linear(x, up, upBias), form), down, downBias)`.
 *
 * Example: x [[1]], up [[1]], down [[2]] → [[1.6827]].
 *
 * @param x [rows, inputs]
 * @returns [rows, outputs]
 * @throws Error if the sizes do not fit
 */
export function feedForward(x: Tensor2D, weights: FeedForwardWeights, form: 'erf' | 'tanh' = 'erf'): Tensor2D {
  const { up, upBias, down, downBias } = weights;
  const fits = x.shape[1] === up.shape[0] && up.shape[1] === down.shape[0];
  if (!fits || !hasKernels(FeedForward, x, up, down)) {
    return tidy(() => linear(gelu(linear(x, up, upBias), form), down, downBias));
  }
  const attributes: FeedForwardAttributes = { form, upBias: upBias !== undefined, downBias: downBias !== undefined };
  const inputs = [x, up, upBias, down, downBias].filter((tensor) => tensor !== undefined);
  return withGradient(
    inputs,
    () => {
      const given = { x, up, upBias, down, downBias };
      const [value, hidden, before] = runKernel<Tensor2D[]>(FeedForward, given, attributes);
      return { value, saved: [x, up, down, hidden, before] as Tensor[] };
    },
    (dy, [x, up, down, hidden, before]) =>
      runKernel<Tensor[]>(`${FeedForward}Grad`, { dy, x, up, down, hidden, before }, attributes),
  );
}
