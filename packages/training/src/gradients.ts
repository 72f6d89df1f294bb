// The gradients of one step: of one batch, or of several as if they were one, and a look at whether they are finite.
import type { Readable } from '@hornbook/ops';
import {
  add,
  mul,
  type Scalar,
  type Tensor,
  type Tensor1D,
  tidy,
  unstack,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import type { TensorBatch } from './evaluate.ts';

export type Gradients = { readonly loss: Scalar; readonly gradients: Record<string, Tensor> };

/**
 * The mean loss over all targets of the batches, and its gradients, both times `scale`. Each batch counts for its share of the targets, so
 * that n small batches give what one of all their rows gives.
 *
 * @param shares [batches], which add up to 1; not needed for one batch
 */
export function gradientsOf(
  variables: Readonly<Record<string, Variable>>,
  loss: (batch: TensorBatch) => Scalar,
  batches: readonly TensorBatch[],
  shares?: Tensor1D,
  scale?: Scalar,
): Gradients {
  return tidy(() => {
    const weights = shares ? unstack(shares) : [];
    const whole = batches.reduce<Gradients | undefined>((total, batch, i) => {
      const part = tidy(() => {
        const one = scaled(
          backward(variables, () => (scale ? mul(loss(batch), scale) : loss(batch))),
          weights[i],
        );
        return total ? sumOf(total, one) : one;
      });
      if (total) disposeGradients(total);
      return part;
    }, undefined);
    return whole as Gradients; // there is at least one batch
  });
}

/** The gradients that are not finite, by path, each with the first value that is none. Reads them all. */
export async function notFinite(
  paths: readonly string[],
  gradients: readonly Readable[],
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const [i, path] of paths.entries()) {
    const value = (await gradients[i].data()).find((number) => !Number.isFinite(number));
    if (value !== undefined) found.set(path, value);
  }
  return found;
}

/** The path of the longest gradient. Reads them all. */
export async function longest(paths: readonly string[], gradients: readonly Readable[]): Promise<string> {
  const squares = await Promise.all(
    paths.map(async (_, i) => ((await gradients[i].data()) as Float32Array).reduce((sum, x) => sum + x * x, 0)),
  );
  return paths[squares.indexOf(Math.max(...squares))];
}

function disposeGradients({ loss, gradients }: Gradients): void {
  for (const one of [loss, ...Object.values(gradients)]) one.dispose();
}

function backward(variables: Readonly<Record<string, Variable>>, forward: () => Scalar): Gradients {
  const { value: loss, grads } = variableGrads(forward, Object.values(variables));
  const gradients: Record<string, Tensor> = {};
  for (const [path, { name }] of Object.entries(variables)) {
    if (grads[name]) gradients[path] = grads[name]; // a parameter that the loss does not reach has none
  }
  return { loss, gradients };
}

function scaled({ loss, gradients }: Gradients, share: Tensor | undefined): Gradients {
  if (!share) return { loss, gradients };
  const parts = Object.entries(gradients).map(([path, gradient]) => [path, mul(gradient, share)]);
  return { loss: mul(loss, share), gradients: Object.fromEntries(parts) };
}

function sumOf(a: Gradients, b: Gradients): Gradients {
  const gradients: Record<string, Tensor> = {};
  for (const path of new Set([...Object.keys(a.gradients), ...Object.keys(b.gradients)])) {
    const [one, other] = [a.gradients[path], b.gradients[path]];
    gradients[path] = one && other ? add(one, other) : (one ?? other).clone(); // those of `a` are about to be disposed
  }
  return { loss: add(a.loss, b.loss), gradients };
}
