// GELU: x times the probability that a standard normal draw is below x, exact or approximated.
import type { GradConfig, Tensor } from '@tensorflow/tfjs-core';
import { hasKernels, runKernel, runOp } from './fused-op.ts';
import { Gelu, type GeluAttributes } from './kernel-names.ts';
import { plainGelu } from './plain/gelu.ts';

/**
 * `x · Φ(x)`, elementwise, with Φ the normal distribution function. Hendrycks and Gimpel 2016,
 * https://arxiv.org/abs/1606.08415.
 * - `'erf'`: `x/2 · (1 + erf(x/√2))`, the default of PyTorch
 * - `'tanh'`: `x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³)))`, what GPT-2 was trained with
 *
 * Example: gelu(1) = 0.84134 (erf), 0.84119 (tanh).
 */
export function gelu<T extends Tensor>(x: T, form: 'erf' | 'tanh' = 'erf'): T {
  return hasKernels(Gelu, x) ? runOp(gradient, { x }, { form } satisfies GeluAttributes) : plainGelu(x, form);
}

const gradient: GradConfig = {
  kernelName: Gelu,
  inputsToSave: ['x'],
  gradFunc: (dy, [x], attributes) => ({ x: () => runKernel(`${Gelu}Grad`, { dy: dy as Tensor, x }, attributes) }),
};
