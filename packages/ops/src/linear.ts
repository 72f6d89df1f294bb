// A linear layer in one operation, so that an engine can make the gradients of its weights and its bias together.
import { fused, type GradConfig, type Tensor, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { hasKernels, runKernel, runOp } from './fused-op.ts';
import { Linear, type LinearAttributes } from './kernel-names.ts';

/**
 * `x · weight + bias`.
 *
 * Example: x [[1, 2]], weight [[3], [4]], bias [5] → [[16]].
 *
 * @param x [rows, inputs]
 * @param weight [inputs, outputs]
 * @param bias [outputs], or undefined for none
 * @returns [rows, outputs]
 * @throws Error if x is not as wide as the weight is long
 */
export function linear(x: Tensor2D, weight: Tensor2D, bias?: Tensor1D): Tensor2D {
  const fits = x.shape[1] === weight.shape[0];
  if (!fits || !hasKernels(Linear, x, weight)) return fused.matMul({ a: x, b: weight, bias }) as Tensor2D;
  return runOp(gradient, { x, weight, bias }, { bias: bias !== undefined } satisfies LinearAttributes);
}

const gradient: GradConfig = {
  kernelName: Linear,
  inputsToSave: ['x', 'weight'],
  gradFunc: (dy, [x, weight], attributes) => {
    const [dx, dWeight, dBias] = runKernel<Tensor[]>(`${Linear}Grad`, { dy: dy as Tensor, x, weight }, attributes);
    return { x: () => dx, weight: () => dWeight, bias: () => dBias };
  },
};
