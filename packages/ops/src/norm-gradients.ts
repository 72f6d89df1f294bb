// The gradients of norms, alone or behind a sum, by the engine's kernels.
import { clone, type Tensor } from '@tensorflow/tfjs-core';
import { runKernel } from './fused-op.ts';

type Gradients = Record<string, () => Tensor>;

/** Of y = norm(x). */
export function normGradients(name: string, dy: Tensor, [x, weight]: Tensor[], attributes: object): Gradients {
  const [dx, dWeight, dBias] = runKernel<Tensor[]>(`${name}Grad`, { dy, x, weight }, attributes);
  return { x: () => dx, weight: () => dWeight, bias: () => dBias };
}

/** Of [sum, y] = [x + residual, norm(x + residual)]: what reaches the sum goes to both. */
export function addNormGradients(
  name: string,
  [dSum, dy]: Tensor[],
  [weight, sum]: Tensor[],
  attributes: object,
): Gradients {
  const [dx, dWeight, dBias] = runKernel<Tensor[]>(`${name}Grad`, { dy, x: sum, weight, dSum }, attributes);
  return { x: () => dx, residual: () => clone(dx), weight: () => dWeight, bias: () => dBias };
}
