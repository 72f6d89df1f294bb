// The gradients of one step: of one batch, or of several as if they were one, and a look at whether they are finite.
import type { Batch } from '@hornbook/datasets';
import {
  add,
  addN,
  mul,
  type Scalar,
  sum,
  type Tensor,
  tidy,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { countTargets } from './evaluate.ts';

export type Gradients = { readonly loss: Scalar; readonly gradients: Record<string, Tensor> };

/**
 * The mean loss over all targets of the batches, and its gradients. Each batch counts for as much as it has targets, so
 * that n small batches give what one of all their rows gives. A batch without targets is left out.
 */
export function gradientsOf(
  variables: Readonly<Record<string, Variable>>,
  loss: (batch: Batch) => Scalar,
  batches: readonly Batch[],
): Gradients {
  const whole = sharesOf(batches).reduce<Gradients | undefined>((total, { batch, share }) => {
    const part = tidy(() => {
      const one = scaled(
        backward(variables, () => loss(batch)),
        share,
      );
      return total ? sumOf(total, one) : one;
    });
    if (total) disposeGradients(total);
    return part;
  }, undefined);
  return whole as Gradients; // there is at least one share
}

/** One number that is finite if all gradients are; one that is not need not mean that they are not. */
export function sumOfAll(gradients: Readonly<Record<string, Tensor>>): Scalar {
  return tidy(() => addN(Object.values(gradients).map((gradient) => sum(gradient))));
}

/** The gradients that are not finite, by path, each with the first value that is none. Reads them all. */
export async function notFinite(gradients: Readonly<Record<string, Tensor>>): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const [path, gradient] of Object.entries(gradients)) {
    const value = (await gradient.data()).find((number) => !Number.isFinite(number));
    if (value !== undefined) found.set(path, value);
  }
  return found;
}

export function disposeGradients({ loss, gradients }: Gradients): void {
  for (const one of [loss, ...Object.values(gradients)]) one.dispose();
}

function sharesOf(batches: readonly Batch[]): { batch: Batch; share: number }[] {
  if (batches.length === 1) return [{ batch: batches[0], share: 1 }];
  const counted = batches.map((batch) => ({ batch, count: countTargets(batch) }));
  const total = counted.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return [{ batch: batches[0], share: 1 }]; // the loss says what it says of no targets
  return counted.filter(({ count }) => count > 0).map(({ batch, count }) => ({ batch, share: count / total }));
}

function backward(variables: Readonly<Record<string, Variable>>, forward: () => Scalar): Gradients {
  const { value: loss, grads } = variableGrads(forward, Object.values(variables));
  const gradients: Record<string, Tensor> = {};
  for (const [path, { name }] of Object.entries(variables)) {
    if (grads[name]) gradients[path] = grads[name]; // a parameter that the loss does not reach has none
  }
  return { loss, gradients };
}

function scaled({ loss, gradients }: Gradients, share: number): Gradients {
  if (share === 1) return { loss, gradients };
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
