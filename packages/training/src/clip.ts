// Gradient clipping: a step that would be too long keeps its direction and loses its excess.
import { clipToNorm, globalNorm } from '@hornbook/ops';
import { clone, mul, type Scalar, type Tensor, tidy } from '@tensorflow/tfjs-core';

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
    const clones = Object.values(gradients).map((gradient) => clone(gradient)); // what has a clone is not written to
    return { gradients: named(Object.keys(gradients), clipToNorm(clones, norm, limit)), norm };
  });
}

/** All gradients times one factor, as new tensors. */
export function scaled(gradients: Readonly<Record<string, Tensor>>, factor: Scalar): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(gradients).map(([path, gradient]) => [path, mul(gradient, factor)]));
}

/** The same where the norm is known, and the gradients are not needed any more: the clipped may lie in their memory. */
export function clipGradients(
  gradients: Readonly<Record<string, Tensor>>,
  norm: Scalar,
  limit: number,
): Record<string, Tensor> {
  return named(Object.keys(gradients), clipToNorm(Object.values(gradients), norm, limit));
}

function named(paths: readonly string[], tensors: readonly Tensor[]): Record<string, Tensor> {
  return Object.fromEntries(tensors.map((tensor, i) => [paths[i], tensor]));
}
