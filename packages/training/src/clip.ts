// Gradient clipping: a step that would be too long keeps its direction and loses its excess.
import { globalNorm } from '@hornbook/ops';
import { add, div, minimum, mul, type Scalar, type Tensor, tidy } from '@tensorflow/tfjs-core';

/**
 * Gradients scaled by `min(1, limit / (norm + 1e-6))`, where `norm` is the length of all of them as one vector.
 * Nothing is read back: the factor stays on the device.
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
    return { gradients: scaleByNorm(gradients, norm, limit), norm };
  });
}

/** The clipped gradients, where the norm is known. */
export function scaleByNorm(
  gradients: Readonly<Record<string, Tensor>>,
  norm: Scalar,
  limit: number,
): Record<string, Tensor> {
  return tidy(() => {
    const factor = minimum(div(limit, add(norm, 1e-6)), 1);
    return Object.fromEntries(Object.entries(gradients).map(([path, gradient]) => [path, mul(gradient, factor)]));
  });
}
