// SiLU, also called swish: x · sigmoid(x).
import type { GradConfig, Tensor } from '@tensorflow/tfjs-core';
import { hasKernels, runKernel, runOp } from './fused-op.ts';
import { Silu } from './kernel-names.ts';
import { plainSilu } from './plain/silu.ts';

/**
 * `x · sigmoid(x)`, elementwise. Elfwing, Uchibe and Doya 2017, https://arxiv.org/abs/1702.03118.
 *
 * Example: silu(0) = 0, silu(1) = 0.7311, silu(-1) = -0.2689.
 */
export function silu<T extends Tensor>(x: T): T {
  return hasKernels(Silu, x) ? runOp(gradient, { x }) : plainSilu(x);
}

const gradient: GradConfig = {
  kernelName: Silu,
  inputsToSave: ['x'],
  gradFunc: (dy, [x]) => ({ x: () => runKernel(`${Silu}Grad`, { dy: dy as Tensor, x }) }),
};
