// The gated recurrent unit: gates decide how much of the past speaks, and how much of it stays.
import type { Generator } from '@hornbook/random';
import {
  add,
  fused,
  mul,
  type Rank,
  sigmoid,
  split,
  sub,
  type Tensor2D,
  type Tensor3D,
  tanh,
  zeros,
} from '@tensorflow/tfjs-core';
import { applyLinear } from './linear.ts';
import { alongTime, checkRecurrent, type Recurred, type Recurrent, recurrent } from './recurrent.ts';

export type Gru = Recurrent; // 3 gates side by side: reset, update, new

/** Drawn as PyTorch's nn.GRU (and nn.GRUCell) draws it. */
export function gru(generator: Generator, inputDim: number, hiddenDim: number): Gru {
  return recurrent(generator, inputDim, hiddenDim, 3);
}

/**
 * r = σ(x · input_r + h · hidden_r), z likewise, n = tanh(x · input_n + r ⊙ (h · hidden_n)), h ← (1 − z) ⊙ n + z ⊙ h, each
 * product with its bias, for each time: x [batch, time, inputDim] → outputs [batch, time, hiddenDim] and the last h.
 * Cho et al. 2014, https://arxiv.org/abs/1406.1078, with the reset after the product, as in PyTorch.
 *
 * @param state h [batch, hiddenDim] to go on from; zeros without it
 * @throws RangeError if x or the state does not fit
 */
export function applyGru(parameters: Gru, x: Tensor3D, state?: Tensor2D): Recurred<Tensor2D> {
  checkRecurrent(parameters, x, state && [state]);
  const { input, hidden } = parameters;
  const hiddenDim = hidden.weight.shape[0];
  const first = state ?? zeros<Rank.R2>([x.shape[0], hiddenDim]);
  const step = (now: Tensor2D, h: Tensor2D): Tensor2D => {
    const past = fused.matMul({ a: h, b: hidden.weight, bias: hidden.bias }); // [batch, 3 · hiddenDim]
    const [nowGates, nowNew] = split(now, [2 * hiddenDim, hiddenDim], 1);
    const [pastGates, pastNew] = split(past, [2 * hiddenDim, hiddenDim], 1);
    const [reset, update] = split(sigmoid(add(nowGates, pastGates)), 2, 1);
    const fresh = tanh(add(nowNew, mul(reset, pastNew)));
    return add(fresh, mul(update, sub(h, fresh)));
  };
  return alongTime(applyLinear(input, x), first, step, (h) => h);
}
