// Gradient clipping: a step that would be too long keeps its direction and loses its excess.
import { clipFactor, globalNorm } from '@hornbook/ops';
import { mul, type Scalar, type Tensor, tidy } from '@tensorflow/tfjs-core';

/**
 * Gradients scaled by `min(1, limit / (norm + 1e-6))`, where `norm` is the length of all of them as one vector.
 * Nothing is read back: the factor stays on the device. `train` does it in the optimizer's update, with `clip`.
 *
 * Source: torch.nn.utils.clip_grad_norm_.
 *
 * @returns new tensors, and the norm before clipping
 */
export function clipByGlobalNorm(
  gradients: Readonly<Record<string, Tensor>>,
  limit: number,
): { gradients: Record<string, Tensor>; norm: Scalar } {
  return tidy(() => {
    const norm = globalNorm(Object.values(gradients));
    return { gradients: scaled(gradients, clipFactor(norm, limit)), norm };
  });
}

/** All gradients times one factor, as new tensors. */
export function scaled(gradients: Readonly<Record<string, Tensor>>, factor: Scalar): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(gradients).map(([path, gradient]) => [path, mul(gradient, factor)]));
}
