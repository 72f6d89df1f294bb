// The gradients of norms, alone or behind a sum, by the engine's kernels.
import { clone, type Tensor } from '@tensorflow/tfjs-core';
import { runKernel } from './fused-op.ts';

type Gradients = Record<'x' | 'residual' | 'weight' | 'bias', () => Tensor>;

/** Of y = norm(x). */
export function normGradients(
  name: string,
  dy: Tensor,
  [x, weight]: Tensor[],
  attributes: object,
): Omit<Gradients, 'residual'> {
  const [dx, dWeight, dBias] = runKernel<Tensor[]>(`${name}Grad`, { dy, x, weight }, attributes);
  return { x: () => dx, weight: () => dWeight, bias: () => dBias };
}

/** Of [x, y], y = norm(x), x being a sum: what reaches the sum, by itself and through its norm, goes on to both its parts. */
export function addNormGradients(
  name: string,
  [dSum, dy]: readonly (Tensor | undefined)[],
  { x, weight, seed }: { readonly x: Tensor; readonly weight: Tensor; readonly seed?: Tensor },
  attributes: object,
): Gradients {
  const [dx, ...others] = runKernel<Tensor[]>(`${name}Grad`, { dy, x, weight, dSum, seed }, attributes);
  const dResidual = seed ? others.shift() : undefined;
  const [dWeight, dBias] = others;
  return { x: () => dx, residual: () => dResidual ?? clone(dx), weight: () => dWeight, bias: () => dBias };
}
