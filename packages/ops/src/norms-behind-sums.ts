// Norms behind a sum: a branch joins the stream, and the norm of both goes into the next branch.
import { add, type GradConfig, type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import { checkRate, type DropoutOptions, drawSeed, dropout as drop } from './dropout.ts';
import { hasKernels, runKernel, runOp } from './fused-op.ts';
import type { AddNormAttributes } from './kernel-names.ts';
import { addNormGradients } from './norm-gradients.ts';
import { withGradient } from './with-gradient.ts';

export type AddNormOptions = {
  readonly epsilon?: number;
  /** Drops numbers of the residual before it is added, as `dropout` does, in the same pass. */
  readonly dropout?: DropoutOptions;
};

/** One kind of norm: the gradients behind a sum, which name the kernels, and the norm alone. */
export type NormKind = {
  readonly gradient: GradConfig;
  /** Where numbers of the residual are dropped. */
  readonly dropGradient: GradConfig;
  norm<T extends Tensor>(sum: T, weight: Tensor1D, bias: Tensor1D | undefined, epsilon: number): T;
};

type Inputs<T extends Tensor> = {
  /** Adds nothing where it is undefined. */
  readonly x: T | undefined;
  readonly residual: T;
  readonly weight: Tensor1D;
  readonly bias?: Tensor1D;
};

export function addNorm<T extends Tensor>(
  kind: NormKind,
  inputs: Inputs<T>,
  options: AddNormOptions = {},
): [sum: T, normalized: T] {
  return tidy(() => {
    const call = callOf(kind, inputs, options);
    return call ? runOp<[T, T]>(call.gradient, call.inputs, call.attributes) : plainAddNorm(kind, inputs, options);
  });
}

/** The norm alone: nothing reaches the sum's gradient but what comes through its norm. */
export function normOfSum<T extends Tensor>(kind: NormKind, inputs: Inputs<T>, options: AddNormOptions = {}): T {
  return tidy(() => {
    const call = callOf(kind, inputs, options);
    return call ? runNormOfSum(call) : plainAddNorm(kind, inputs, options)[1];
  });
}

function runNormOfSum<T extends Tensor>({ gradient: { kernelName }, inputs, attributes }: Call<T>): T {
  const names = (['x', 'residual', 'weight', 'bias'] as const).filter((name) => inputs[name]);
  return withGradient(
    names.map((name) => inputs[name] as Tensor),
    () => {
      const [sum, value] = runKernel<[T, T]>(kernelName, inputs, attributes);
      const { weight, seed } = inputs;
      return { value, saved: [sum, weight, ...(seed ? [seed] : [])] as Tensor[] };
    },
    (dy, [x, weight, seed]) => {
      const gradients = addNormGradients(kernelName, [undefined, dy], { x, weight, seed }, attributes);
      return names.map((name) => gradients[name]());
    },
  );
}

type Call<T extends Tensor> = NonNullable<ReturnType<typeof callOf<T>>>;

/** What the engine's kernel is given, if it has one and there is something to add or to drop. */
function callOf<T extends Tensor>(
  { gradient, dropGradient }: NormKind,
  inputs: Inputs<T>,
  { epsilon = 1e-5, dropout }: AddNormOptions,
) {
  const { x, residual, weight, bias } = inputs;
  const rate = dropout?.rate ?? 0;
  checkRate(rate);
  const chosen = rate > 0 ? dropGradient : gradient;
  if (!(x || rate > 0) || !hasKernels(chosen.kernelName, x ?? residual, residual, weight)) return undefined;
  const seed = dropout && rate > 0 ? drawSeed(dropout.generator) : undefined;
  const attributes: AddNormAttributes = { epsilon, bias: bias !== undefined, rate };
  return { gradient: chosen, inputs: { ...inputs, seed }, attributes };
}

function plainAddNorm<T extends Tensor>(
  { norm }: NormKind,
  { x, residual, weight, bias }: Inputs<T>,
  { epsilon = 1e-5, dropout }: AddNormOptions,
): [sum: T, normalized: T] {
  const kept = dropout ? drop(residual, dropout.rate, dropout.generator) : residual;
  const sum = x ? (add(x, kept) as T) : kept;
  return [sum, norm(sum, weight, bias, epsilon)];
}
