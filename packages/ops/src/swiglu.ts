// SwiGLU: one half decides, through SiLU, how much of the other passes.
import type { GradConfig, Tensor } from '@tensorflow/tfjs-core';
import { hasKernels, runKernel, runOp } from './fused-op.ts';
import { SwiGlu } from './kernel-names.ts';
import { plainSwiGlu } from './plain/silu.ts';

/**
 * `gate · sigmoid(gate) · up`, elementwise. Shazeer 2020, https://arxiv.org/abs/2002.05202.
 *
 * Example: gate [0, 1], up [5, 2] → [0, 1.4621].
 *
 * @param up of the gate's shape
 */
export function swiGlu<T extends Tensor>(gate: T, up: T): T {
  return hasKernels(SwiGlu, gate, up) ? runOp(gradient, { gate, up }) : plainSwiGlu(gate, up);
}

const gradient: GradConfig = {
  kernelName: SwiGlu,
  inputsToSave: ['gate', 'up'],
  gradFunc: (dy, [gate, up]) => {
    const [dGate, dUp] = runKernel<Tensor[]>(`${SwiGlu}Grad`, { dy: dy as Tensor, gate, up });
    return { gate: () => dGate, up: () => dUp };
  },
};
