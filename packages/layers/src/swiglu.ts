// SwiGLU: a feed-forward part with a gate, where one projection decides how much of another passes.
import { swiGlu } from '@hornbook/ops';
import type { Tensor } from '@tensorflow/tfjs-core';
import { applyLinear, type Linear } from './linear.ts';

export type SwiGlu = {
  readonly gate: Linear; // [embedDim, hiddenDim]
  readonly up: Linear; // [embedDim, hiddenDim]
  readonly down: Linear; // [hiddenDim, embedDim]
};

/**
 * down(silu(gate(x)) · up(x)): x [..., embedDim] → [..., embedDim]. Three matrices instead of two: a hiddenDim of 8/3 ·
 * embedDim has as many numbers as GELU's 4 · embedDim. Shazeer 2020, https://arxiv.org/abs/2002.05202.
 *
 * @example { gate: linear(generator, 6, 16), up: linear(generator, 6, 16), down: linear(generator, 16, 6) }
 */
export function applySwiGlu<T extends Tensor>({ gate, up, down }: SwiGlu, x: T): T {
  return applyLinear(down, swiGlu(applyLinear(gate, x), applyLinear(up, x)));
}
